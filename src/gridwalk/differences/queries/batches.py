"""Rules for deciding many differences at once: what a rule speaks of, a preview, the batches and how far they are."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from django.db.models import Count, Q, QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock
from gridwalk.core.models import Change
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.differences import arguments
from gridwalk.differences.models import DecisionBatch
from gridwalk.differences.queries import differences
from gridwalk.differences.queries.differences import DifferenceRow
from gridwalk.method import papers
from gridwalk.registry import columns, rules
from gridwalk.registry.models import Difference, Residence

DECISIONS = {"accept": "采用", "keep": "保留登记", "to_door": "送上门核实"}
SINGLY = ("residence", "residence_kind", "status")
"""Fields decided one by one: moving somebody, or ending a record, is never done by a rule."""
SAMPLED = 6
STALE_DAYS = 180
CHUNK = 2000


@dataclasses.dataclass(frozen=True)
class Condition:
    """A case a rule may be limited to.

    ``words``: in the sentence; ``fields``: what it can be said of, empty: anything.
    """

    label: str
    words: str
    fields: tuple[str, ...] = ()


CONDITIONS: Mapping[str, Condition] = {
    "any": Condition("不限", ""),
    "empty": Condition("系统登记空着", "、系统登记空着的"),
    "both": Condition("两边都有值", "、两边都有值的"),
    "writing": Condition("只差写法（空格、全半角、繁简、标点）", "、只差写法的"),
    "stale": Condition("系统登记 6 个月没核实过", "、系统登记 6 个月没核实过的"),
    "at_door": Condition("系统登记是上门时说的", "、系统登记是上门时说的"),
    "checksum": Condition("只有来源的证件号校验通过", "、只有来源那一个校验通过的", ("id_no",)),
    "household": Condition("来源的电话与同户另一人的相同", "、来源写的与同户另一人相同的", ("phone",)),
}


@dataclasses.dataclass(frozen=True)
class Rule:
    """〔source〕的〔field〕，〔condition〕，〔decision〕. ``condition``: a key of CONDITIONS; ``decision``: of DECISIONS."""

    kind: str
    field: str
    source: str
    condition: str
    decision: str

    @property
    def sentence(self) -> str:
        """The rule in words."""
        source = rules.SOURCES.get(self.source, "各处来源")
        label = dictionary.label(self.kind, self.field)
        claimant = rules.SOURCES.get(self.source, "来源")
        done = f"采用{claimant}写的" if self.decision == "accept" else DECISIONS[self.decision]
        return f"{source}与系统登记的{label}不同{CONDITIONS[self.condition].words}，一律{done}"

    @property
    def is_sound(self) -> bool:
        """Whether every part is one that can be chosen, together."""
        condition = CONDITIONS.get(self.condition)
        return (
            condition is not None
            and self.decision in DECISIONS
            and self.field not in SINGLY
            and dictionary.find(self.kind, self.field) is not None
            and (not self.source or self.source in rules.SOURCES)
            and (not condition.fields or self.field in condition.fields)
        )


def matching(viewer: Viewer, scope: str, rule: Rule, today: dt.date) -> list[uuid.UUID]:
    """The open differences a rule speaks of, by grid, the oldest first; those already in a batch belong to that one."""
    waiting = _narrowed(viewer, scope, rule).order_by("grid_id", "created_at", "id")
    if rule.condition not in _LOOKS:
        return list(waiting.values_list("id", flat=True))
    look, chosen = _LOOKS[rule.condition], []
    for rows in _chunks(waiting):
        holds = look(rule, rows, today)
        chosen += [row.id for row in rows if row.id in holds]
    return chosen


def _narrowed(viewer: Viewer, scope: str, rule: Rule) -> QuerySet[Difference]:
    chosen = differences.Filter(scope, rule.kind, rule.field, rule.source).of(viewer)
    waiting = chosen.filter(state="open", batch__isnull=True)
    empty = Q(current__isnull=True) | Q(current="") | Q(current=None)
    if rule.condition == "empty":
        waiting = waiting.filter(empty)
    elif rule.condition != "any":
        waiting = waiting.exclude(empty)
    return waiting


def _chunks(waiting: QuerySet[Difference]) -> Iterator[list[Difference]]:
    keys = list(waiting.values_list("id", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield list(Difference.objects.filter(pk__in=keys[start : start + CHUNK]))


Look = Callable[[Rule, Sequence[Difference], dt.date], set[uuid.UUID]]


def _writing(rule: Rule, rows: Sequence[Difference], today: dt.date) -> set[uuid.UUID]:
    pairs = ((d.id, str(d.opened("current") or ""), str(d.opened("claimed") or "")) for d in rows)
    return {pk for pk, current, claimed in pairs if arguments.same_writing(rule.field, current, claimed)}


def _stale(rule: Rule, rows: Sequence[Difference], today: dt.date) -> set[uuid.UUID]:
    long_ago = today - dt.timedelta(days=STALE_DAYS)
    table = columns.TABLES[rule.kind]._default_manager.filter(pk__in=[d.entity for d in rows])
    stale = set(table.filter(Q(verified_on__isnull=True) | Q(verified_on__lt=long_ago)).values_list("id", flat=True))
    return {d.id for d in rows if d.entity in stale}


def _at_door(rule: Rule, rows: Sequence[Difference], today: dt.date) -> set[uuid.UUID]:
    changes = Change.objects.filter(entity__in=[d.entity for d in rows], field=rule.field).order_by("at", "id")
    last = dict(changes.values_list("entity", "source"))
    return {d.id for d in rows if last.get(d.entity) == "visit"}


def _checksum(rule: Rule, rows: Sequence[Difference], today: dt.date) -> set[uuid.UUID]:
    pairs = ((d.id, str(d.opened("current") or ""), str(d.opened("claimed") or "")) for d in rows)
    return {pk for pk, current, claimed in pairs if papers.check(current).fault and not papers.check(claimed).fault}


def _household(rule: Rule, rows: Sequence[Difference], today: dt.date) -> set[uuid.UUID]:
    homes = _homes([row.entity for row in rows])
    phones = _phones({door for doors in homes.values() for door in doors})
    chosen = set()
    for row in rows:
        index = columns.index_of("phone", row.opened("claimed"))
        beside = {pair for door in homes.get(row.entity, ()) for pair in phones.get(door, ())}
        if any(phone == index and person != row.entity for person, phone in beside):
            chosen.add(row.id)
    return chosen


def _homes(persons: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Person → the doors they are linked to."""
    homes: dict[uuid.UUID, set[uuid.UUID]] = {}
    links = Residence.objects.filter(person_id__in=persons, to_on__isnull=True)
    for person, door in links.values_list("person_id", "dwelling_id"):
        homes.setdefault(person, set()).add(door)
    return homes


def _phones(doors: Collection[uuid.UUID]) -> dict[uuid.UUID, set[tuple[uuid.UUID, str]]]:
    """Door → whoever has a telephone there, with its index."""
    phones: dict[uuid.UUID, set[tuple[uuid.UUID, str]]] = {}
    links = Residence.objects.filter(dwelling_id__in=doors, to_on__isnull=True).exclude(person__phone_index="")
    for door, person, index in links.values_list("dwelling_id", "person_id", "person__phone_index"):
        phones.setdefault(door, set()).add((person, index))
    return phones


_LOOKS: Mapping[str, Look] = {
    "writing": _writing,
    "stale": _stale,
    "at_door": _at_door,
    "checksum": _checksum,
    "household": _household,
}


@dataclasses.dataclass(frozen=True)
class Preview:
    """How many the rule speaks of, of all that are open about that field, and some of them.

    ``n_several``: those it would leave, because two of them claim something else of the same fact.
    """

    n: int
    n_open: int
    n_several: int
    rows: list[DifferenceRow]


def preview(viewer: Viewer, scope: str, rule: Rule, today: dt.date) -> Preview:
    """What the rule would do; nothing is changed."""
    chosen = matching(viewer, scope, rule, today)
    step = max(1, len(chosen) // SAMPLED)  # from everywhere in the queue, not its first doors only
    sample = Difference.objects.filter(pk__in=chosen[::step][:SAMPLED]).order_by("grid_id", "created_at", "id")
    n_open = differences.Filter(scope, rule.kind, rule.field).of(viewer).filter(state="open").count()
    return Preview(
        len(chosen),
        n_open,
        _several(chosen) if rule.decision == "accept" else 0,
        differences.rows_of(viewer, list(sample)),
    )


def _several(chosen: Sequence[uuid.UUID]) -> int:
    claims = Difference.objects.filter(pk__in=chosen).order_by().values("entity", "field").annotate(n=Count("pk"))
    return sum(claims.filter(n__gt=1).values_list("n", flat=True))


def recent(viewer: Viewer, scope: str, now: dt.datetime) -> list[DecisionBatch]:
    """The batches of the last seven days inside a scope, newest first."""
    inside = in_scopes(viewer.within(Verb.DECIDE_DIFFERENCE, scope), "scope")
    return list(DecisionBatch.objects.filter(inside, created_at__gte=now - clock.UNDO_FOR).order_by("-created_at")[:20])


def get_batch(viewer: Viewer, batch: uuid.UUID) -> DecisionBatch:
    """One batch. Raises NotHere."""
    row = DecisionBatch.objects.filter(pk=batch).first()
    if row is None or not viewer.may(Verb.DECIDE_DIFFERENCE, row.scope):
        raise NotHere
    return row


def left_of(viewer: Viewer, batch: DecisionBatch, *, limit: int = 100) -> list[DifferenceRow]:
    """What an undone batch has left decided: their facts were changed since."""
    rows = Difference.objects.filter(batch=batch.id).exclude(state="open").order_by("grid_id", "id")[:limit]
    return differences.rows_of(viewer, list(rows)) if batch.state == "undone" else []


def choices(viewer: Viewer, scope: str) -> list[tuple[str, str, str, int]]:
    """What rules can be about: (kind, field, label, how many are open)."""
    return [row for row in differences.counts(viewer, scope) if row[1] not in SINGLY]
