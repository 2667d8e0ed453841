"""How much of rates 2 and 4 a sample verifies at least; and how often honest visits are denied at most.

Only what is claimed at doors of the frame can be borne out. Sites, people without a door and doors that were not walked
yet count in what is due and not in what is verified.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Q

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.inspection import rules
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.rates import ANSWERS, BY_STREET_ONLY, LABELS, UNITS, Rate
from gridwalk.inspection.rules import CLAIMED, Conclusion, Kind, Visited, Who
from gridwalk.method.sampling import acceptance, clusters, estimates
from gridwalk.method.sampling.clusters import Cluster, Clusters
from gridwalk.method.sampling.estimates import Estimate, Stratum
from gridwalk.territory import queries as territory


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateLine:
    """A rate of an area: met and due on the day of the draw, what of it doors of the frame claim, what is borne out.

    ``n_met``, ``n_due``, ``n_listed``: None to who reads counts only, as some of them would tell of few (red line 5);
    nor do they read ``n_answered``, ``n_drawn`` and ``at_best`` where few doors were drawn.
    ``verified``: the rate that is verified at least, None where too few answered; ``if_denied``: were every door that
    did not answer a denial; ``at_best``: were every one confirmed.
    """

    rate: Rate
    label: str
    unit: str
    code: str
    place: str
    n_met: int | None
    n_due: int | None
    n_listed: int | None
    n_answered: int | None
    n_drawn: int | None
    verified: float | None
    if_denied: float
    at_best: float | None

    @property
    def claimed(self) -> float:
        """The rate as it was reported, 0 where it is not shown."""
        return self.n_met / self.n_due if self.n_due and self.n_met is not None else 0.0

    @property
    def n_short(self) -> int | None:
        """How many doors that answer are missing for a figure, None where it is not shown how many did."""
        return None if self.n_answered is None else max(0, rules.FEWEST - self.n_answered)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Denials:
    """How many say that nobody came, beside the honest share that the acceptance rule reckons with. ``n_denied``: of
    the ``n`` that could say; ``n_another``: of these, doors where another adult answered than the one who was met, who
    may not know; ``share``: None where too few could say.
    """

    setting: float
    number: int
    n: int
    n_denied: int
    n_another: int
    share: float | None
    lowest: float
    highest: float


def kept_until(until: dt.datetime | None) -> Q:
    """Whether an answer was kept at the server by a moment, which is when its door was closed: it may have been heard
    long before, and what was printed meanwhile does not have it.
    """
    return Q(door__closed_at__lte=until) if until else Q()


def rate_lines(viewer: Viewer, sample: Sample, *, until: dt.datetime | None = None) -> list[RateLine]:
    """What a drawn sample verifies, rate by rate: the whole of its scope, to who reads counts of it; then each
    community whose rows the viewer reads, under the whole only where it has a figure.
    """
    if not sample.claimed:
        return []
    lines: list[RateLine] = []
    whole = viewer.may(Verb.SEE_COUNTS, sample.scope)
    names = territory.place_names(sorted({rules.community_of(name) for name in sample.strata}))
    rows = [code for code in names if viewer.may(Verb.SEE_ROWS_MASKED, code)]
    for rate in Rate:
        strata = _strata(sample, rate, until)
        if whole:
            every = viewer.may(Verb.SEE_ROWS_MASKED, sample.scope)
            lines.append(_line(sample, rate, "", "全街", list(strata.values()), with_pair=every))
        for code in [] if rate in BY_STREET_ONLY else rows:
            own = [part for name, part in strata.items() if rules.community_of(name) == code]
            lines.append(_line(sample, rate, code, names[code], own, with_pair=True))
    return [line for line in lines if not line.code or line.verified is not None or not whole]


def _line(
    sample: Sample, rate: Rate, code: str, place: str, strata: Sequence[Clusters], *, with_pair: bool
) -> RateLine:
    kept = sample.claimed[rate]
    n_due = kept["due"].get(code, 0) if code else sum(kept["due"].values())
    n_met = kept["met"].get(code, 0) if code else sum(kept["met"].values())
    n_listed = sum(stratum.population for stratum in strata)
    n_answered = sum(len(stratum.answered) for stratum in strata)
    n_drawn = n_answered + sum(len(stratum.silent) for stratum in strata)
    counted = with_pair or n_drawn >= rules.FEWEST
    best = clusters.at_least([stratum.if_all_confirmed for stratum in strata]) if counted else 0.0
    share = n_listed / n_due if n_due else 0.0
    enough = n_answered >= rules.FEWEST and n_due > 0
    return RateLine(
        rate=rate,
        label=LABELS[rate],
        unit=UNITS[rate],
        code=code,
        place=place,
        n_met=n_met if with_pair else None,
        n_due=n_due if with_pair else None,
        n_listed=n_listed if with_pair else None,
        n_answered=n_answered if counted else None,
        n_drawn=n_drawn if counted else None,
        verified=share * clusters.at_least(strata) if enough else None,
        if_denied=share * clusters.at_least([stratum.if_unanswered_denied for stratum in strata]) if enough else 0.0,
        at_best=share * best if counted else None,
    )


def _strata(sample: Sample, rate: Rate, until: dt.datetime | None) -> Mapping[str, Clusters]:
    """Stratum → what its doors claimed and confirmed, in the order of the strata."""
    answered: defaultdict[str, list[Cluster]] = defaultdict(list)
    silent: defaultdict[str, list[int]] = defaultdict(list)
    given = DoorAnswer.objects.filter(kept_until(until), door__sample=sample)
    agrees = dict(given.values_list("door", "agrees"))
    for pk, name, claims in SampledDoor.objects.filter(sample=sample).values_list("pk", "stratum", "claims"):
        size = claims.get(rate, 0)
        borne_out = agrees.get(pk, {}).get(ANSWERS[rate])
        if size and borne_out is None:
            silent[name].append(size)
        elif size:
            answered[name].append(Cluster(size, size * borne_out))
    units = sample.claimed[rate]["strata"]
    return {name: Clusters(units.get(name, 0), answered[name], silent[name]) for name in sorted(sample.strata)}


def denials(sample: Sample, *, until: dt.datetime | None = None) -> Denials:
    """How often somebody says that nobody came, in the communities that no acceptance sample of the campaign suspects.

    Where some of their visits were invented all the same, the honest share is less: the estimate is never too small.
    """
    drawn: dict[str, list[str]] = {name: [] for name in _unsuspected(sample)}
    n_another = 0
    answers = DoorAnswer.objects.filter(kept_until(until), door__sample=sample).values_list("door", "visited", "who")
    told = {pk: (visited, who) for pk, visited, who in answers}
    rows = SampledDoor.objects.filter(sample=sample, stratum__in=drawn)
    for pk, name in rows.values_list("pk", "stratum"):
        visited, who = told.get(pk, (Visited.UNKNOWN, ""))
        drawn[name].append(visited)
        n_another += visited == Visited.NO and who == Who.ANOTHER
    strata = [
        Stratum(sample.strata[name], len(heard), _n(heard, Visited.YES) + _n(heard, Visited.NO), _n(heard, Visited.NO))
        for name, heard in drawn.items()
    ]
    n = sum(stratum.answered for stratum in strata)
    estimate: Estimate | None = estimates.estimate(strata) if n >= rules.FEWEST else None
    return Denials(
        setting=acceptance.HONEST,
        number=sample.number,
        n=n,
        n_denied=sum(_n(heard, Visited.NO) for heard in drawn.values()),
        n_another=n_another,
        share=estimate.share if estimate else None,
        lowest=estimate.lowest if estimate else 0.0,
        highest=estimate.highest if estimate else 1.0,
    )


def _unsuspected(sample: Sample) -> list[str]:
    """The strata whose doors are claimed as visited, of communities that no acceptance sample suspects."""
    suspected = set(
        Sample.objects.filter(
            campaign=sample.campaign_id, kind=Kind.ACCEPTANCE, verdict=Conclusion.SUSPECT
        ).values_list("scope", flat=True)
    )
    return [
        name
        for name in sorted(sample.strata)
        if rules.group_of(name) in CLAIMED and rules.community_of(name) not in suspected
    ]


def _n(answers: Sequence[str], visited: Visited) -> int:
    return sum(answer == visited for answer in answers)
