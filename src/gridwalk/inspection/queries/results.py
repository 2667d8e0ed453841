"""What an estimation sample shows: claimed beside verified, by community where the answers allow; how well known the
grid service is; how often fields agree. Of a sample, never of a person.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db.models import Count, Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.dictionary.types import AGREES, Agree
from gridwalk.inspection import rules
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import doors, frames
from gridwalk.inspection.queries.samples import visible
from gridwalk.inspection.rules import CLAIMED, Group, Kind, Stage, Visited
from gridwalk.method.sampling import estimates
from gridwalk.method.sampling.estimates import Estimate, Stratum
from gridwalk.territory import queries as territory

STREET = 9


@dataclasses.dataclass(frozen=True, kw_only=True)
class VerifiedLine:
    """An area: doors claimed and due when the frame was frozen, what the sample says of them.

    ``estimate``: None where too few answered (``n_short`` more would do). ``at_least``: the share confirmed at least;
    ``if_denied``: the same, were every door that did not answer a denial; ``at_best``: were every one confirmed.
    """

    code: str
    name: str
    n_claimed: int
    n_due: int
    n_drawn: int
    n_answered: int
    n_confirmed: int
    n_unknown: int
    estimate: Estimate | None
    at_least: float
    if_denied: float
    at_best: float

    @property
    def n_short(self) -> int:
        """How many answers are missing for a figure."""
        return max(0, rules.FEWEST - self.n_answered)

    @property
    def claimed(self) -> float:
        """The rate as it is claimed."""
        return self.n_claimed / self.n_due if self.n_due else 0.0

    @property
    def n_verified(self) -> int:
        """Doors that are verified at least."""
        return int(self.n_claimed * self.at_least)

    @property
    def verified(self) -> float:
        """The rate that is verified at least."""
        return self.claimed * self.at_least


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldLine:
    """How often a field is not as recorded. ``wrong``: share, lowest, highest; None where too few were compared."""

    label: str
    type_label: str
    n: int
    n_wrong: int
    wrong: tuple[float, float, float] | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Results:
    """All that one estimation sample shows to a viewer. ``total``: None where not all of its scope is theirs."""

    number: int
    lines: list[VerifiedLine]
    total: VerifiedLine | None
    awareness: Estimate | None
    n_asked_awareness: int
    fields: list[FieldLine]
    floor: float

    @property
    def accuracy(self) -> tuple[int, int] | None:
        """Of what must agree: how often it did, of how often it was compared (P9). None where nothing was compared."""
        must = [line for line in self.fields if line.type_label == AGREES[Agree.MUST]]
        n = sum(line.n for line in must)
        return (n - sum(line.n_wrong for line in must), n) if n else None


@dataclasses.dataclass(frozen=True)
class _Told:
    """The doors of one stratum by what they said."""

    population: int
    drawn: int
    answers: Sequence[DoorAnswer]

    def stratum(self, of: Callable[[DoorAnswer], bool | None]) -> Stratum:
        """Counted by a question: True confirms, False denies, None says nothing."""
        said = [said for answer in self.answers if (said := of(answer)) is not None]
        return Stratum(self.population, self.drawn, len(said), sum(said))


def results(viewer: Viewer, sample: Sample, *, until: dt.datetime | None = None) -> Results:
    """What a drawn estimation sample shows; ``until``: as it was at that moment."""
    told = _told(sample, until)
    lines = [
        _line(code, name, sample.due.get(code, 0), _of(told, {code}, CLAIMED))
        for code, name in _communities(sample)
        if viewer.may(Verb.SEE_COUNTS, code)
    ]
    whole = viewer.may(Verb.SEE_COUNTS, sample.scope)
    every = _of(told, None, CLAIMED)
    knowing = [part.stratum(lambda answer: answer.knows) for part in _of(told, None, set(Group) - {Group.VACANT})]
    n_asked = sum(stratum.answered for stratum in knowing)
    total = _line(sample.scope, "全街", sum(sample.due.values()), every) if whole else None
    shown = [*lines, total] if total else lines
    return Results(
        number=sample.number,
        lines=lines,
        total=total,
        awareness=estimates.estimate(knowing) if whole and n_asked >= rules.FEWEST else None,
        n_asked_awareness=n_asked if whole else 0,
        fields=_fields(list(told.values())) if whole else [],
        floor=_floor(line.estimate.lowest for line in shown if line.estimate),
    )


def latest(viewer: Viewer, scope: str, *, until: dt.datetime | None = None) -> Results | None:
    """What the last drawn estimation sample over a street, or a community of it, shows; ``until``: as it was at that
    moment.
    """
    if not STREET <= len(scope) <= frames.COMMUNITY or not visible(viewer, scope):
        return None
    answered = Q(doors__answer__at__lte=until, drawn_at__lte=until) if until else Q(doors__answer__isnull=False)
    drawn = Sample.objects.filter(
        answered, kind=Kind.ESTIMATION, scope=scope[:STREET], stage__in=[Stage.DRAWN, Stage.REVEALED]
    )
    last = drawn.select_related("campaign").order_by("-drawn_at").first()
    return results(viewer, last, until=until) if last else None


def line_of(shown: Results | None, scope: str) -> VerifiedLine | None:
    """The line of a street or a community, where it has a figure."""
    if shown is None:
        return None
    lines = [*shown.lines, shown.total] if shown.total else shown.lines
    return next((line for line in lines if line.code == scope and line.estimate), None)


def _communities(sample: Sample) -> list[tuple[str, str]]:
    codes = sorted({*sample.due, *frames.by_community(sample.strata)})
    names = territory.place_names(codes)
    return [(code, names[code]) for code in codes]


def _told(sample: Sample, until: dt.datetime | None) -> dict[str, _Told]:
    drawn: Counter[str] = Counter(
        dict(
            SampledDoor.objects.filter(sample=sample).order_by("stratum").values_list("stratum").annotate(n=Count("pk"))
        )
    )
    answers: defaultdict[str, list[DoorAnswer]] = defaultdict(list)
    given = DoorAnswer.objects.filter(Q(at__lte=until) if until else Q(), door__sample=sample)
    for answer in given.select_related("door"):
        answers[answer.door.stratum].append(answer)
    return {name: _Told(n, drawn[name], answers[name]) for name, n in sorted(sample.strata.items())}


def _of(told: Mapping[str, _Told], communities: set[str] | None, groups: Iterable[Group]) -> list[_Told]:
    return [
        part
        for name, part in told.items()
        if rules.group_of(name) in groups and (communities is None or rules.community_of(name) in communities)
    ]


def _borne_out(answer: DoorAnswer) -> bool | None:
    return None if answer.visited == Visited.UNKNOWN else answer.visited == Visited.YES


def _line(code: str, name: str, n_due: int, told: Sequence[_Told]) -> VerifiedLine:
    strata = [part.stratum(_borne_out) for part in told]
    n_answered = sum(stratum.answered for stratum in strata)
    said = Counter(answer.visited for part in told for answer in part.answers)
    enough = n_answered >= rules.FEWEST
    return VerifiedLine(
        code=code,
        name=name,
        n_claimed=sum(stratum.population for stratum in strata),
        n_due=n_due,
        n_drawn=sum(stratum.drawn for stratum in strata),
        n_answered=n_answered,
        n_confirmed=sum(stratum.confirmed for stratum in strata),
        n_unknown=said[Visited.UNKNOWN],
        estimate=estimates.estimate(strata) if enough else None,
        at_least=estimates.at_least(strata) if enough else 0.0,
        if_denied=estimates.at_least([stratum.if_unanswered_denied for stratum in strata]) if enough else 0.0,
        at_best=estimates.at_least([stratum.if_all_confirmed for stratum in strata]),
    )


def _fields(told: Sequence[_Told]) -> list[FieldLine]:
    asked = [(rules.N_LIVING, "住几口人", Agree.MUST)]
    asked += [(field.name, field.label, field.agrees) for field in doors.asked_fields() if field.agrees]
    return [_field(told, name, label, type_) for name, label, type_ in asked]


def _field(told: Sequence[_Told], name: str, label: str, type_: Agree) -> FieldLine:
    strata = [part.stratum(lambda answer: answer.agrees.get(name)) for part in told]
    n = sum(stratum.answered for stratum in strata)
    estimate = estimates.estimate(strata) if n >= rules.FEWEST else None
    wrong = (1 - estimate.share, 1 - estimate.highest, 1 - estimate.lowest) if estimate else None
    n_wrong = n - sum(stratum.confirmed for stratum in strata)
    return FieldLine(label=label, type_label=AGREES[type_], n=n, n_wrong=n_wrong, wrong=wrong)


def _floor(lowest: Iterable[float]) -> float:
    """Where the scale of the whiskers begins: tens of percent, 90 % where all lie above."""
    return min([0.9, *(int(value * 10) / 10 for value in lowest)])


def sample_results(viewer: Viewer, sample: uuid.UUID) -> Results | None:
    """The results of one sample; None where it is drawn for something else, or not yet."""
    shown = Sample.objects.filter(pk=sample, kind=Kind.ESTIMATION, stage__in=[Stage.DRAWN, Stage.REVEALED]).first()
    return results(viewer, shown) if shown and visible(viewer, shown.scope) else None
