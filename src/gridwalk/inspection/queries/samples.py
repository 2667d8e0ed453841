"""Samples as they are listed, one of them with its steps, and what a round would cost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import uuid
from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, Q

from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_STREET, Verb, Viewer
from gridwalk.campaigns.models import Campaign
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.inspection import allotting, prices, rules
from gridwalk.inspection.models import DrawnStairwell, Sample, SampledDoor
from gridwalk.inspection.prices import Price
from gridwalk.inspection.queries import frames, staffing
from gridwalk.inspection.queries.staffing import Turn
from gridwalk.inspection.rules import Conclusion, DoorState, Kind, Stage, Step
from gridwalk.method.sampling import acceptance, draws
from gridwalk.territory import queries as territory

NOT_ANSWERED = "没问到"
"""Doors that are closed without an answer, to who reads counts only: how many refused is one number among them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampleRow:
    """A sample and how far its doors are. ``n_drawn``: of instalments that are drawn; ``n_stairwells``,
    ``n_listed``: of an area sample; ``matter``: what it came to, where the viewer opens matters.
    """

    id: uuid.UUID
    kind: Kind
    label: str
    number: int
    scope: str
    place: str
    stage: Stage
    stage_label: str
    from_on: dt.date
    to_on: dt.date
    n_drawn: int
    n_stairwells: int
    n_listed: int
    states: Counter[DoorState]
    verdict: Conclusion | None
    matter: uuid.UUID | None

    @property
    def n_answered(self) -> int:
        """Doors that answered."""
        return self.states[DoorState.ANSWERED]

    @property
    def n_open(self) -> int:
        """Doors that are still to be asked."""
        return self.states[DoorState.OPEN]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampleSheet:
    """One sample: ``steps`` with their state (past · now · to_come), the step to be done next, what is to be given.

    ``turns``: of mutual checks which community checks which, to who reads counts of all of them.
    """

    row: SampleRow
    share: int
    response: int
    honest: int
    why: str
    commitment: str
    fingerprint: str
    seed: str
    n_frame: int
    n_instalments: int
    steps: list[tuple[Stage, str, str]]
    step: tuple[Step, str] | None
    n_not_given: int
    states: list[tuple[str, int]]
    turns: list[Turn]


def visible(viewer: Viewer, scope: str) -> bool:
    """Whether somebody reads what a sample of that scope shows. A grid is one person's work (red line 2), so what was
    drawn in one alone is read by who draws.
    """
    if len(scope) > ONE_COMMUNITY:
        return viewer.may(Verb.DRAW_SAMPLE, scope)
    own = [part for part in viewer.scopes(Verb.SEE_COUNTS) if len(part) <= ONE_COMMUNITY]
    return any(part.startswith(scope) or scope.startswith(part) for part in own)


def get_sample(viewer: Viewer, sample: uuid.UUID) -> Sample:
    """One sample. Raises NotHere."""
    row = Sample.objects.select_related("campaign").filter(pk=sample).first()
    if row is None or not visible(viewer, row.scope):
        raise NotHere
    return row


def samples(viewer: Viewer, kind: Kind, *, first: int = 0, most: int) -> tuple[list[SampleRow], int]:
    """The samples of a kind that the viewer reads of, the last one first, from ``first`` on; and how many there are."""
    parts = [scope for scope in viewer.scopes(Verb.SEE_COUNTS) if len(scope) <= ONE_COMMUNITY]
    above = {part[:length] for part in parts for length in (ONE_STREET, ONE_COMMUNITY)}
    inside = Sample.objects.filter(in_scopes(parts, "scope")) | Sample.objects.filter(scope__in=above)
    rows = inside.filter(kind=kind).order_by("-planned_at", "-number", "pk")
    read = [row for row in rows if visible(viewer, row.scope)]
    return _rows(viewer, read[first : first + most]), len(read)


def _rows(viewer: Viewer, samples_: list[Sample]) -> list[SampleRow]:
    states: dict[uuid.UUID, Counter[DoorState]] = {sample.pk: Counter() for sample in samples_}
    counted = SampledDoor.objects.filter(sample__in=list(states)).values_list("sample", "instalment", "state")
    drawn = {sample.pk: sample.n_instalments for sample in samples_}
    for pk, instalment, state, n in counted.annotate(n=Count("pk")).order_by():
        if instalment <= drawn[pk]:
            states[pk][DoorState(state)] += n
    names = territory.place_names([sample.scope for sample in samples_])
    stairwells = {
        pk: (n, n_listed)
        for pk, n, n_listed in DrawnStairwell.objects.filter(sample__in=list(states))
        .order_by()
        .values_list("sample")
        .annotate(n=Count("pk"), n_listed=Count("listed_at"))
    }
    return [
        _row(viewer, sample, states[sample.pk], stairwells.get(sample.pk, (0, 0)), names[sample.scope])
        for sample in samples_
    ]


def _row(
    viewer: Viewer, sample: Sample, states: Counter[DoorState], stairwells: tuple[int, int], place: str
) -> SampleRow:
    n_stairwells, n_listed = stairwells
    return SampleRow(
        id=sample.pk,
        kind=sample.draws_for,
        label=rules.KINDS[sample.draws_for].label,
        number=sample.number,
        scope=sample.scope,
        place=place,
        stage=sample.stands,
        stage_label=rules.STAGES[sample.stands],
        from_on=sample.from_on,
        to_on=sample.to_on,
        n_drawn=states.total(),
        n_stairwells=n_stairwells,
        n_listed=n_listed,
        states=states,
        verdict=Conclusion(sample.verdict) if sample.verdict else None,
        matter=sample.matter_id if viewer.may(Verb.SEE_ROWS_MASKED, sample.scope) else None,
    )


def sheet(viewer: Viewer, sample: uuid.UUID, on: dt.date) -> SampleSheet:
    """One sample with its steps. Raises NotHere."""
    shown = get_sample(viewer, sample)
    (row,) = _rows(viewer, [shown])
    order = list(Stage)
    now = order.index(shown.stands)
    draws_it = viewer.may(Verb.DRAW_SAMPLE, shown.scope)
    standing = SampledDoor.objects.filter(sample=shown, state=DoorState.OPEN, instalment__lte=shown.n_instalments)
    posted = staffing.everybody(shown, on)
    waiting = standing.exclude(Q(inspector__isnull=False) & Q(inspector__in=posted))
    return SampleSheet(
        row=row,
        share=shown.share,
        response=shown.response,
        honest=shown.honest,
        why=shown.why,
        commitment=shown.commitment,
        fingerprint=shown.fingerprint,
        seed=shown.seed,
        n_frame=sum(shown.strata.values()),
        n_instalments=shown.n_instalments,
        steps=[
            (stage, rules.STAGES[stage], "past" if n < now else "now" if n == now else "to_come")
            for n, stage in enumerate(order)
        ],
        step=next(((step, words) for step, (at, _, words) in rules.STEPS.items() if at is shown.stands), None)
        if draws_it
        else None,
        n_not_given=waiting.count(),
        states=_states(row.states, whole=draws_it),
        turns=staffing.turns(shown) if viewer.may(Verb.SEE_COUNTS, shown.scope) else [],
    )


def _states(n: Mapping[DoorState, int], *, whole: bool) -> list[tuple[str, int]]:
    """Doors by what became of them, in words; the reasons why some did not answer only for who draws (``whole``)."""
    if whole:
        return [(words, n[state]) for state, words in rules.DOOR_STATES.items() if n[state]]
    going = (DoorState.OPEN, DoorState.ANSWERED)
    closed = sum(n[state] for state in DoorState if state not in going)
    shown = [(rules.DOOR_STATES[state], n[state]) for state in going] + [(NOT_ANSWERED, closed)]
    return [(words, count) for words, count in shown if count]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outlook:
    """What drawing now would take. ``at_best``: the share that a sample by strata can prove; ``most``: the answers
    at which an acceptance sample ends at the latest.
    """

    price: Price
    at_best: float | None = None
    most: int | None = None


def outlook(
    campaign: Campaign, kind: Kind, scope: str, share: int, response: int, *, honest: int = rules.HONEST
) -> Outlook:
    """What drawing now would take, and what it can show. ``honest``: of an acceptance sample, percent."""
    settled = frames.populations(campaign.pk, scope)
    strata = {name: n for name, n in settled.items() if rules.is_drawn_for(kind, rules.group_of(name))}
    n_doors = sum(strata.values())
    rule = _acceptance(scope, honest) if kind is Kind.ACCEPTANCE else None
    if rule:
        n_drawn = min(n_doors, draws.larger(_answers_expected(rule), response / 100))
        sizes = draws.allocation(strata, n_drawn)
    else:
        sizes = allotting.sizes(kind, strata, share=share, response=response, least=draws.LEAST)
    with_phone, knocks = frames.pace(campaign.pk, scope)
    price = prices.price(strata, sizes, response, with_phone=with_phone, knocks=knocks)
    at_best = price.at_best if kind in rules.WEIGHED else None
    return Outlook(price=price, at_best=at_best, most=min(n_doors, rule.cap) if rule else None)


def _acceptance(scope: str, honest: int) -> acceptance.Rule:
    return rules.acceptance_rule(len(territory.communities(scope[:ONE_STREET])), honest)


def _answers_expected(rule: acceptance.Rule) -> int:
    """Answers an acceptance sample takes, in an honest community or an inventing one, whichever takes more."""
    return math.ceil(max(rule.course(denied).n_checks for denied in (rule.honest, rule.inventing)))
