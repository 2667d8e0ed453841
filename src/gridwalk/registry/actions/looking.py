"""That somebody looked: a search by a whole number that found people, a list of who looked.

The number is never on record.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, queries
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.dictionary import fields as dictionary
from gridwalk.method import papers, text
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import handed_in, tries
from gridwalk.registry.models import Person
from gridwalk.registry.queries import access, search

REASONS = {"card": "当面核对证件", "calls": "来电来信的人要办事", "list": "核对名单上的人"}
"""What people may be looked for by the end of their ID number for."""
TAILS_A_DAY = 20
MISSES_A_DAY = 20
"""Whole numbers an account may search for in vain: five hundred fit a birth date, and one of them would be right."""


class LookError(Exception):
    """A look that is not allowed so; the text says why."""


def search_by_number(*, actor: Viewer, at: dt.datetime, field: str, typed: str) -> list[search.Hit]:
    """Who and what has this whole number (``field``: ``search.number_of``). Whoever is hit can read it on their record;
    that nobody was is counted. Raises LookError.
    """
    day = clock.at_local(clock.local_date(at), 0)
    if queries.n_audited(actor.id, AuditVerb.NUMBER_MISSED, since=day) >= MISSES_A_DAY:
        raise LookError(
            f"没有查：今天输入的完整号码已有 {MISSES_A_DAY} 个查不到人，明天再按号码查。急用的，按姓名或地址查。"
        )
    hits = search.search(actor, typed)
    persons = [hit.id for hit in hits if hit.kind == "person"]
    grids = dict(Person.objects.filter(pk__in=persons).values_list("id", "grid_id"))
    with core.write_to(actor=actor, at=at) as writing:
        for person, grid in sorted(grids.items()):
            writing.audit(AuditVerb.NUMBER_SEARCHED, scope=grid, kind="person", subject=person, data={"field": field})
        if not hits:
            own = next(iter(actor.scopes(Verb.SEE_ROWS_MASKED)), "")
            writing.audit(AuditVerb.NUMBER_MISSED, scope=own[:15], data={"field": field})
            numbers = papers.values_of(text.fold(typed)) if field == "id_no" else ()
            handed_in.typed(writing, {own[:15]: numbers}, reason=tries.SEARCHED)
    return hits


def index_of_typed(*, actor: Viewer, at: dt.datetime, kind: str, field: str, typed: str) -> str:
    """What a list is filtered by to have this whole number; asking counts as a search by it. Raises LookError."""
    parsed = dictionary.parse(kind, field, typed)
    searched = search.number_of(typed)
    if not parsed.value or searched != columns.INDEX_PURPOSE[field]:
        raise LookError("没有查：这不是一个完整的号码，请对照证件或登记再填一次。")
    search_by_number(actor=actor, at=at, field=searched, typed=typed)
    return columns.index_of(field, parsed.value)


def typed_elsewhere(writing: Writing, holders: Collection[uuid.UUID]) -> None:
    """Step: note it on the record of each holder, where they can read it."""
    grids = dict(Person.objects.filter(pk__among=holders).values_list("id", "grid_id"))
    for person, grid in sorted(grids.items()):
        writing.audit(
            AuditVerb.NUMBER_TYPED_ELSEWHERE,
            scope=grid,
            kind="person",
            subject=person,
            data={"field": columns.NUMBERS["person"][0]},
        )


def search_by_id_tail(*, actor: Viewer, at: dt.datetime, tail: str, beside: str, reason: str) -> list[search.Hit]:
    """Who has this surname or door and an ID number that ends so; everybody who is hit can read that and why.

    ``reason``: a key of REASONS. Raises LookError.
    """
    tail, beside = text.fold(tail).upper(), text.fold(beside)
    if not search.ID_TAIL.fullmatch(tail):
        raise LookError("没有查：后四位写四个字，最后一个可以是 X。")
    if not beside:
        raise LookError("没有查：还要写姓，或者住在哪一户（5号楼2单元301）。")
    if reason not in REASONS:
        raise LookError("没有查：请选一个事由，居民能看到。")
    day = clock.at_local(clock.local_date(at), 0)
    if queries.n_audited(actor.id, AuditVerb.NUMBER_ID_TAIL_SEARCHED, since=day) >= TAILS_A_DAY:
        raise LookError(f"没有查：今天已查满 {TAILS_A_DAY} 次，明天再查。急用的，按姓名、地址或完整号码查。")
    hits = search.by_id_tail(actor, tail, beside)
    grids = dict(Person.objects.filter(pk__in=[hit.id for hit in hits]).values_list("id", "grid_id"))
    with core.write_to(actor=actor, at=at) as writing:
        own = next(iter(actor.scopes(Verb.SEE_ROWS)), "")
        writing.audit(AuditVerb.NUMBER_ID_TAIL_SEARCHED, scope=own[:15], reason=REASONS[reason])
        for person, grid in sorted(grids.items()):
            writing.audit(
                AuditVerb.NUMBER_ID_TAIL_MATCHED, scope=grid, kind="person", subject=person, reason=REASONS[reason]
            )
    return hits


def list_looks(*, actor: Viewer, at: dt.datetime, person: Person, reason: str) -> list[access.Look]:
    """Who looked at a person, for a reason that is itself on record. Raises NotHere, LookError."""
    access.require(actor, person)
    reason = reason_kept(reason)
    if len(reason) < 4:
        raise LookError("没有打开：请写明谁来查、为什么（不少于 4 个字），这也会记下。")
    looks = access.looks_at(actor, person)
    core.record_reading(
        actor=actor,
        at=at,
        verb=AuditVerb.ACCESS_LISTED,
        scope=person.grid_id,
        kind="person",
        subject=person.id,
        reason=reason,
    )
    return looks
