"""What an estimation sample shows: claimed beside verified, by community where the answers allow; how well known the
grid service is; how often fields agree. Of a sample, never of a person.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When

from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_STREET, Verb, Viewer
from gridwalk.core import clock
from gridwalk.dictionary.types import AGREES, Agree
from gridwalk.inspection import rules
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.queries import doors, frames, rates
from gridwalk.inspection.queries.rates import Denials, RateLine, denials, rate_lines
from gridwalk.inspection.queries.samples import visible
from gridwalk.inspection.rules import CLAIMED, WEIGHED, Group, Identity, Kind, Stage, Visited
from gridwalk.method.sampling import estimates
from gridwalk.method.sampling.estimates import Estimate, Stratum
from gridwalk.territory import queries as territory


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
    """All that one sample by strata shows to a viewer. ``total``: None where not all of its scope is theirs.

    ``is_running``: doors are still asked, and the figures move. Each estimate is None where too few said something;
    how many did stands beside it. ``accuracy``: the share of doors of which all that must agree is as recorded (P9).
    ``rates``: rates 2 and 4, claimed and verified; ``denials``: how many say that nobody came, None to who reads not
    all of the scope.
    """

    label: str
    number: int
    is_running: bool
    lines: list[VerifiedLine]
    total: VerifiedLine | None
    awareness: Estimate | None
    n_asked_awareness: int
    identity: Estimate | None
    n_asked_identity: int
    accuracy: Estimate | None
    n_compared: int
    fields: list[FieldLine]
    rates: list[RateLine]
    denials: Denials | None
    floor: float


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
    """What a drawn sample by strata shows; ``until``: as it was at that moment."""
    told = _told(sample, until)
    lines = [
        _line(code, name, sample.due.get(code, 0), _of(told, {code}, CLAIMED))
        for code, name in _communities(sample)
        if viewer.may(Verb.SEE_COUNTS, code)
    ]
    whole = viewer.may(Verb.SEE_COUNTS, sample.scope)
    every = _of(told, None, CLAIMED)
    at_home = _of(told, None, set(Group) - {Group.VACANT}) if whole else []
    awareness, n_asked_awareness = _share(at_home, lambda answer: answer.knows)
    identity, n_asked_identity = _share(at_home, _identified)
    must = _must_agree()
    accuracy, n_compared = _share(list(told.values()) if whole else [], lambda answer: _agree(answer, must))
    total = _line(sample.scope, "全街", sum(sample.due.values()), every) if whole else None
    shown = [*lines, total] if total else lines
    return Results(
        label=rules.KINDS[sample.draws_for].label,
        number=sample.number,
        is_running=Sample.objects.filter(running(until or clock.now()), pk=sample.pk).exists(),
        lines=lines,
        total=total,
        awareness=awareness,
        n_asked_awareness=n_asked_awareness,
        identity=identity,
        n_asked_identity=n_asked_identity,
        accuracy=accuracy,
        n_compared=n_compared,
        fields=_fields(list(told.values())) if whole else [],
        rates=rate_lines(viewer, sample, until=until),
        denials=denials(sample, until=until) if whole else None,
        floor=_floor(line.estimate.lowest for line in shown if line.estimate),
    )


def running(at: dt.datetime) -> Q:
    """Whether doors of a sample are still asked: its days are not past, and some are open."""
    still = SampledDoor.objects.filter(sample=OuterRef("pk")).filter(Q(closed_at=None) | Q(closed_at__gt=at))
    return Q(Exists(still), to_on__gte=clock.local_date(at))


def latest(
    viewer: Viewer, scope: str, *, until: dt.datetime | None = None, kind: Kind = Kind.ESTIMATION
) -> Results | None:
    """What the last sample of a kind over a street, or a community of it, shows that is over; where none is, the
    running one. ``until``: as it was at that moment.
    """
    if not ONE_STREET <= len(scope) <= ONE_COMMUNITY or not visible(viewer, scope):
        return None
    answered = Q(doors__answer__isnull=False)
    if until:
        answered &= Q(doors__closed_at__lte=until, drawn_at__lte=until)
    drawn = Sample.objects.filter(
        answered, kind=kind, scope=scope[:ONE_STREET], stage__in=[Stage.DRAWN, Stage.REVEALED]
    )
    goes_last = _last(running(until or clock.now()))
    last = drawn.select_related("campaign").order_by(goes_last, "-drawn_at", "-number").first()
    return results(viewer, last, until=until) if last else None


def _last(condition: Q) -> Case:
    """What a condition holds of comes last."""
    return Case(When(condition, then=Value(1)), default=Value(0))


def line_of(shown: Results | None, scope: str) -> VerifiedLine | None:
    """The line of a street or a community, where it has a figure."""
    if shown is None:
        return None
    lines = [*shown.lines, shown.total] if shown.total else shown.lines
    return next((line for line in lines if line.code == scope and line.estimate), None)


def rates_of(shown: Results | None, scope: str) -> dict[str, RateLine]:
    """The lines of a street or a community by their rates, whether they have a figure or not."""
    code = "" if len(scope) == ONE_STREET else scope
    return {line.rate: line for line in shown.rates if line.code == code} if shown else {}


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
    given = DoorAnswer.objects.filter(rates.kept_until(until), door__sample=sample)
    for answer in given.select_related("door"):
        answers[answer.door.stratum].append(answer)
    return {name: _Told(n, drawn[name], answers[name]) for name, n in sorted(sample.strata.items())}


def _of(told: Mapping[str, _Told], communities: set[str] | None, groups: Iterable[Group]) -> list[_Told]:
    return [
        part
        for name, part in told.items()
        if rules.group_of(name) in groups and (communities is None or rules.community_of(name) in communities)
    ]


def _identified(answer: DoorAnswer) -> bool | None:
    """Whether whoever came showed or said who they are."""
    return None if answer.identity in {"", Identity.UNKNOWN} else answer.identity != Identity.NO


def _must_agree() -> set[str]:
    return {name for name, _, type_ in _asked() if type_ is Agree.MUST}


def _agree(answer: DoorAnswer, must: set[str]) -> bool | None:
    """Whether all of some fields that was said is as recorded."""
    compared = [agrees for name, agrees in answer.agrees.items() if name in must]
    return all(compared) if compared else None


def _share(told: Sequence[_Told], of: Callable[[DoorAnswer], bool | None]) -> tuple[Estimate | None, int]:
    """A share of doors, None where too few answered, and how many did."""
    strata = [part.stratum(of) for part in told]
    n = sum(stratum.answered for stratum in strata)
    return (estimates.estimate(strata) if n >= rules.FEWEST else None), n


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
    return [_field(told, name, label, type_) for name, label, type_ in _asked()]


def _asked() -> list[tuple[str, str, Agree]]:
    """What is compared: its name, its words, how far it has to agree."""
    fields = [(field.name, field.label, field.agrees) for field in doors.asked_fields() if field.agrees]
    return [(rules.N_LIVING, "住几口人", Agree.MUST), *fields]


def _field(told: Sequence[_Told], name: str, label: str, type_: Agree) -> FieldLine:
    estimate, n = _share(told, lambda answer: answer.agrees.get(name))
    wrong = (1 - estimate.share, 1 - estimate.highest, 1 - estimate.lowest) if estimate else None
    n_wrong = sum(answer.agrees.get(name) is False for part in told for answer in part.answers)
    return FieldLine(label=label, type_label=AGREES[type_], n=n, n_wrong=n_wrong, wrong=wrong)


def _floor(lowest: Iterable[float]) -> float:
    """Where the scale of the whiskers begins: tens of percent, 90 % where all lie above."""
    return min([0.9, *(int(value * 10) / 10 for value in lowest)])


def sample_results(viewer: Viewer, sample: uuid.UUID) -> Results | None:
    """The results of one sample; None where it is drawn for something else, or not yet."""
    shown = Sample.objects.filter(pk=sample, kind__in=WEIGHED, stage__in=[Stage.DRAWN, Stage.REVEALED]).first()
    return results(viewer, shown) if shown and visible(viewer, shown.scope) else None
