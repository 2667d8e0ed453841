"""What is over its time and what is not: of every kind rows to both sides of each condition, a table by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import models
from pytest_django import Settings

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import SYSTEM
from gridwalk.campaigns.models import Campaign, Target
from gridwalk.core.models import AuditEntry, Change, StoredFile
from gridwalk.followup.models import Matter, Meeting
from gridwalk.inspection.models import DrawnStairwell, Sample, SampledDoor
from gridwalk.notices.models import Notice
from gridwalk.operations.models import Investigation
from gridwalk.reconcile.models import Comparison, Import, SideRow, StagedRow, Unmatched
from gridwalk.registry.models import (
    CaseDecision,
    Difference,
    Dwelling,
    Erased,
    Facility,
    HandedInNumber,
    Organization,
    Person,
    Recheck,
    Site,
    TakeOver,
)
from gridwalk.registry.tests.street import GRID, Street
from gridwalk.reports.models import Document
from gridwalk.retention import queries, rules
from gridwalk.retention.actions import applying
from gridwalk.sync.models import ActivationCode, Attempts, Deposit, Op, Returned
from gridwalk.territory.models import Grid
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import Round, Visit

CUT = dt.datetime(2031, 7, 9, 1, 2, 3, tzinfo=dt.UTC)
OVER = CUT - dt.timedelta(seconds=1)
DAY, DAY_OVER = dt.date(2031, 7, 9), dt.date(2031, 7, 8)
SAMPLE = {"left": {"columns": [{"sample": ["王试甲"]}]}}


def filled(field: models.Field[Any, Any]) -> Any:
    """Some value for a column that has to have one."""
    if isinstance(field, models.ForeignKey):
        if field.related_model is Grid:
            return GRID
        return row(field.related_model).pk
    for of, value in (
        (models.DateTimeField, CUT),
        (models.DateField, DAY),
        (models.TimeField, dt.time(8)),
        (models.BooleanField, False),
        (models.UUIDField, uuid.uuid4()),
        (models.BinaryField, b""),
        (models.GenericIPAddressField, "127.0.0.1"),
        (models.JSONField, {}),
        (models.CharField, uuid.uuid4().hex[: field.max_length or 32]),
        (models.TextField, ""),
        (models.IntegerField, 0),
        (models.FloatField, 0.0),
    ):
        if isinstance(field, of):
            return value
    return []


def row(table: Any, **values: Any) -> Any:
    """A row with these values, and whatever its table asks for besides; a function makes what a value names. Where it
    has to name one of its own table, it names itself.
    """
    values = {name: value() if callable(value) else value for name, value in values.items()}
    for field in table._meta.concrete_fields:
        given = field.name in values or field.attname in values
        if given or field.has_default() or field.null or (field.blank and not isinstance(field, models.JSONField)):
            continue
        if field.related_model is table:
            values[field.attname] = values.setdefault("id", uuid.uuid4())
        elif not isinstance(field, models.AutoField | models.OneToOneField):
            values[field.attname] = filled(field)
    return table._default_manager.create(**values)


def asked(to_on: dt.date) -> dict[str, Any]:
    """Of a round until a day, by an inspector."""
    return {"sample": lambda: row(Sample, to_on=to_on, kind="estimation"), "inspector": lambda: row(User)}


ROWS: dict[str, dict[str, tuple[Any, dict[str, Any]]]] = {
    "files": {
        "+on its moment": (StoredFile, {"expires_at": CUT}),
        "later": (StoredFile, {"expires_at": CUT + dt.timedelta(seconds=1)}),
        "erased already": (StoredFile, {"expires_at": OVER, "erased_at": OVER}),
    },
    "deposits": {
        "+over": (Deposit, {"received_at": OVER, "sealed": "x"}),
        "on the cut": (Deposit, {"received_at": CUT, "sealed": "x"}),
        "emptied": (Deposit, {"received_at": OVER, "sealed": ""}),
    },
    "matters": {
        "+over": (Matter, {"ended_at": OVER, "text_sealed": "x", "number": 1}),
        "on the cut": (Matter, {"ended_at": CUT, "text_sealed": "x", "number": 2}),
        "not ended": (Matter, {"at": OVER, "text_sealed": "x", "number": 3}),
        "+never ended": (Matter, {"at": OVER - queries.KEPT_OPEN, "text_sealed": "x", "number": 5}),
        "emptied": (Matter, {"ended_at": OVER, "text_sealed": "", "number": 4}),
    },
    "meetings": {
        "+held": (Meeting, {"held_on": DAY_OVER, "state": "held", "number": 1, "street": GRID[:9]}),
        "+cancelled": (Meeting, {"on": DAY_OVER, "state": "cancelled", "why": "x", "number": 2, "street": GRID[:9]}),
        "held on the day": (Meeting, {"held_on": DAY, "on": DAY_OVER, "state": "held", "number": 3}),
        "emptied": (Meeting, {"held_on": DAY_OVER, "state": "held", "asked": "", "number": 4}),
    },
    "documents": {
        "+over": (Document, {"at": OVER, "kind": "weekly"}),
        "on the cut": (Document, {"at": CUT, "kind": "weekly"}),
    },
    "askers": {
        "+over": (SampledDoor, asked(DAY_OVER)),
        "on the day": (SampledDoor, asked(DAY)),
        "given to nobody": (SampledDoor, {**asked(DAY_OVER), "inspector": None}),
        "+listed": (DrawnStairwell, asked(DAY_OVER)),
        "listed on the day": (DrawnStairwell, asked(DAY)),
        "listed by nobody": (DrawnStairwell, {**asked(DAY_OVER), "inspector": None}),
    },
    "handed_in": {"+over": (HandedInNumber, {"at": OVER}), "on the cut": (HandedInNumber, {"at": CUT})},
    "notices": {
        "+over": (Notice, {"told_at": OVER, "role": "street_centre"}),
        "on the cut": (Notice, {"told_at": CUT, "role": "street_centre"}),
    },
    "investigations": {
        "+over": (Investigation, {"state": "confirmed", "decided_at": OVER, "reason": "x"}),
        "+with a note": (Investigation, {"state": "declined", "decided_at": OVER, "reason": "", "note": "x"}),
        "on the cut": (Investigation, {"state": "confirmed", "decided_at": CUT, "reason": "x"}),
        "proposed": (Investigation, {"state": "proposed", "decided_at": OVER, "reason": "x"}),
        "emptied": (Investigation, {"state": "confirmed", "decided_at": OVER, "reason": "", "note": ""}),
    },
    "sessions": {
        "+a session": (Session, {"expire_date": OVER}),
        "a session on the cut": (Session, {"expire_date": CUT}),
        "+a code": (ActivationCode, {"expires_at": OVER}),
        "a code on the cut": (ActivationCode, {"expires_at": CUT}),
        "+tries": (Attempts, {"wait_until": OVER}),
        "tries on the cut": (Attempts, {"wait_until": CUT}),
    },
    "differences": {
        "+decided": (Difference, {"state": "kept", "decided_at": OVER, "claimed_hash": "x"}),
        "decided on the cut": (Difference, {"state": "kept", "decided_at": CUT, "claimed_hash": "x"}),
        "open again": (Difference, {"state": "open", "decided_at": OVER, "claimed_hash": "x"}),
        "emptied": (Difference, {"state": "kept", "decided_at": OVER, "claimed_hash": ""}),
        "+rechecked": (Recheck, {"state": "confirmed", "decided_at": OVER, "reason": "x"}),
        "+rechecked with a note": (Recheck, {"state": "rejected", "decided_at": OVER, "reason": "", "note": "x"}),
        "rechecked on the cut": (Recheck, {"state": "confirmed", "decided_at": CUT, "reason": "x"}),
        "recheck open": (Recheck, {"state": "open", "decided_at": OVER, "reason": "x"}),
        "recheck emptied": (Recheck, {"state": "confirmed", "decided_at": OVER, "reason": "", "note": ""}),
        "+a plan": (Plan, {"decided_at": OVER, "reason": "x"}),
        "+a plan that can be undone": (Plan, {"decided_at": OVER, "reason": "", "undo_sealed": "x"}),
        "a plan on the cut": (Plan, {"decided_at": CUT, "reason": "x"}),
        "a plan emptied": (Plan, {"decided_at": OVER, "reason": "", "note": "", "undo_sealed": ""}),
        "+a case": (CaseDecision, {"ended_at": OVER, "reason": "x"}),
        "a case on the cut": (CaseDecision, {"ended_at": CUT, "reason": "x"}),
        "a case that stands": (CaseDecision, {"ended_at": None, "reason": "x"}),
        "a case emptied": (CaseDecision, {"ended_at": OVER, "reason": ""}),
    },
    "compared": {
        "+a row of a side": (SideRow, {"at": OVER}),
        "a row on the cut": (SideRow, {"at": CUT}),
        "+decided": (Unmatched, {"state": "kept", "decided_at": OVER, "values": {"name": "x"}}),
        "decided on the cut": (Unmatched, {"state": "kept", "decided_at": CUT, "values": {"name": "x"}}),
        "open again": (Unmatched, {"state": "open", "decided_at": OVER, "values": {"name": "x"}}),
        "emptied": (Unmatched, {"state": "kept", "decided_at": OVER, "values": {}}),
        "+finished": (Comparison, {"state": "done", "finished_at": OVER, "mapping": SAMPLE}),
        "+given up": (Comparison, {"state": "cancelled", "created_at": OVER, "mapping": SAMPLE}),
        "finished on the cut": (Comparison, {"state": "done", "finished_at": CUT, "mapping": SAMPLE}),
        "still read": (Comparison, {"state": "mapping", "created_at": OVER, "mapping": SAMPLE}),
        "without samples": (Comparison, {"state": "done", "finished_at": OVER, "mapping": {}}),
    },
    "rounds": {
        "+over": (Round, {"on": DAY_OVER, "worker_name": "x"}),
        "on the day": (Round, {"on": DAY, "worker_name": "x"}),
        "without a name": (Round, {"on": DAY_OVER, "worker_name": ""}),
    },
    "persons": {
        "+over": (Person, {"status": "deceased", "ended_on": DAY_OVER}),
        "on the day": (Person, {"status": "deceased", "ended_on": DAY}),
        "on record again": (Person, {"status": "active", "ended_on": DAY_OVER}),
    },
}


def at_hand(code: str) -> set[Any]:
    return {each.pk for rows, _ in queries.OVER[code](CUT) for each in rows}


@pytest.mark.parametrize("code", ROWS)
def test_just_what_is_over_its_time_goes(code: str, db: None, at: dt.datetime) -> None:
    Street.lay_out(at)
    rows = {row(table, **values).pk: name for name, (table, values) in ROWS[code].items()}
    assert {rows[pk] for pk in at_hand(code) if pk in rows} == {name for name in rows.values() if name[0] == "+"}


def test_an_imports_rows_go_with_the_import(db: None, at: dt.datetime) -> None:
    def staged(state: str, *, values: Any = ("x",), **of: Any) -> Any:
        return row(StagedRow, of=row(Import, state=state, **of), values=dict.fromkeys(values, 1)).pk

    goes = {staged("done", finished_at=OVER), staged("failed", created_at=OVER), staged("undone", finished_at=OVER)}
    stays = {staged("done", finished_at=CUT), staged("staged", created_at=OVER)}
    stays |= {staged("done", values=(), finished_at=OVER)}
    rows, _ = queries.OVER["staged"](CUT)[0]
    assert set(rows.values_list("pk", flat=True)) == goes and not goes & stays
    faulty = row(StagedRow, of=row(Import, state="done", finished_at=OVER), faults=[{"code": "name"}])
    assert faulty in rows.all(), "what was found faulty quotes it"


def test_what_a_phone_sent_goes_but_what_waits_in_quarantine_goes_later(db: None, at: dt.datetime) -> None:
    Street.lay_out(at)

    def op(at: dt.datetime, body: str = "x", **returned: Any) -> Any:
        new = row(Op, received_at=at, body_sealed=body)
        if returned:
            row(Returned, op=new, **returned)
        return new.pk

    sent = {"+": op(OVER), "on the cut": op(CUT), "emptied": op(OVER, "")}
    released = {
        "+": op(CUT, state="released", decided_at=OVER),
        "+set aside": op(CUT, state="set_aside", decided_at=OVER),
        "on the cut": op(CUT, state="released", decided_at=CUT),
        "waits": op(OVER, state="waiting", decided_at=OVER),
        "emptied": op(CUT, "", state="released", decided_at=OVER),
    }
    assert at_hand("ops") == {pk for name, pk in sent.items() if name[0] == "+"}
    assert at_hand("quarantine") == {pk for name, pk in released.items() if name[0] == "+"}


def test_who_visited_goes_with_the_campaign(db: None, at: dt.datetime) -> None:
    Street.lay_out(at)

    def visit(state: str, ends_on: dt.date, worker: str = "x") -> Any:
        campaign = row(Campaign, state=state, ends_on=ends_on)
        return row(Visit, target=row(Target, campaign=campaign), worker_name=worker).pk

    goes = visit("closed", DAY_OVER)
    visit("closed", DAY)
    visit("running", DAY_OVER)
    visit("closed", DAY_OVER, "")
    assert at_hand("visits") == {goes}


def test_contacts_go_with_the_door_the_shop_the_site_and_the_facility(db: None, at: dt.datetime) -> None:
    Street.lay_out(at)
    ended = {"status": "struck_off", "ended_on": DAY_OVER, "owner_name": "x"}
    goes = {row(Dwelling, address_key="1", **ended).pk}
    row(Dwelling, address_key="2", **{**ended, "ended_on": DAY})
    row(Dwelling, address_key="3", **{**ended, "status": "active"})
    row(Dwelling, address_key="4", **{**ended, "owner_name": ""})
    for table, end, stands in (
        (Organization, "closed", "active"),
        (Site, "closed", "active"),
        (Facility, "removed", "faulty"),
    ):
        for name, status, moments in (
            ("over", end, [OVER]),
            ("on the cut", end, [CUT]),
            ("closed again", end, [OVER, CUT]),
            ("stands", stands, [OVER]),
            ("", end, [OVER]),
        ):
            record = row(table, status=status, contact_name=name, **({"name": "x"} if table is not Facility else {}))
            for moment in moments:
                row(Change, entity=record.pk, field="status", at=moment)
            row(Change, entity=record.pk, field="name", at=CUT)
            goes |= {record.pk} if name == "over" else set()
    assert at_hand("contacts") == goes


def test_who_was_erased_is_erased_once_and_who_uses_the_office_is_forgotten_by_session(
    db: None, at: dt.datetime
) -> None:
    Street.lay_out(at)
    gone = row(Person, status="deceased", ended_on=DAY_OVER)
    row(Erased, pk=gone.pk, kind="person")
    assert at_hand("persons") == set()
    user = row(User)
    for moment in (OVER, CUT):
        used = row(UserSession, user=user, session_key=uuid.uuid4().hex, ip="127.0.0.1")
        UserSession.objects.filter(pk=used.pk).update(created_at=moment)
        tried = row(AccessAttempt, get_data="", post_data="", failures_since_start=1)
        AccessAttempt.objects.filter(pk=tried.pk).update(attempt_time=moment)
    counted = {rows.model: rows.count() for rows, _ in queries.OVER["sessions"](CUT)}
    assert (counted[UserSession], counted[AccessAttempt]) == (1, 1)


def columns_of(tables: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    return {
        (table, each["pk"]): each for table in tables for each in table._default_manager.values("pk", *names(table))
    }


def names(table: Any) -> list[str]:
    return [field.attname for field in table._meta.concrete_fields]


CHANGED: dict[str, dict[str, set[str]]] = {
    "askers": {"SampledDoor": {"inspector_id"}, "DrawnStairwell": {"inspector_id"}},
    "compared": {"SideRow": set(), "Unmatched": {"values"}, "Comparison": {"mapping"}},
    "deposits": {"Deposit": {"sealed"}},
    "differences": {
        "Difference": {"claimed_hash"},
        "TakeOver": {"name"},
        "Recheck": {"reason", "note"},
        "Plan": {"reason", "undo_sealed"},
        "CaseDecision": {"reason"},
    },
    "documents": {"Document": set()},
    "handed_in": {"HandedInNumber": set()},
    "investigations": {"Investigation": {"reason", "note"}},
    "matters": {"Matter": {"text_sealed"}},
    "meetings": {"Meeting": {"asked"}},
    "notices": {"Notice": set()},
    "rounds": {"Round": {"worker_name"}},
    "sessions": {"Session": set(), "ActivationCode": set(), "Attempts": set()},
}
"""Kind → table → the columns that are emptied; none where the row goes as a whole."""


@pytest.mark.parametrize("code", sorted(ROWS.keys() - {"files", "persons"}))
def test_what_is_over_its_time_is_erased_and_every_other_row_stays_as_it_is(
    code: str, db: None, at: dt.datetime, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    Street.lay_out(at)
    rows = {name: row(table, **values) for name, (table, values) in ROWS[code].items()}
    goes = {(type(each), each.pk) for name, each in rows.items() if name[0] == "+"}
    tables = {type(each) for each in rows.values()}
    if code == "differences":
        tables.add(TakeOver)
        of_decided, _ = (
            row(TakeOver, id=uuid.uuid4(), difference=rows[name], name="王试甲") for name in ("+decided", "open again")
        )
        goes.add((TakeOver, of_decided.pk))
    before = columns_of(tables)
    monkeypatch.setattr(queries, "over", lambda period, as_of: [part for part, _ in queries.OVER[period.code](CUT)])
    erased = applying.apply(actor=SYSTEM, at=at, periods=[rules.BY_CODE[code]])
    assert erased == {code: sum(name[0] == "+" for name in rows)}
    after = columns_of(tables)
    assert {key for key, values in before.items() if after.get(key) != values} == goes
    assert after.keys() <= before.keys()
    changed: defaultdict[str, set[str]] = defaultdict(set)
    for table, pk in goes:
        old, new = before[table, pk], after.get((table, pk), {})
        changed[table.__name__] |= {name for name in old if new and old[name] != new[name]}
    assert changed == CHANGED[code]
    said = AuditEntry.objects.get(verb="retention.erased")
    assert (said.kind, said.data) == ("retention", {"kind": code, "n": erased[code], "why": "period"})
