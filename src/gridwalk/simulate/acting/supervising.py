"""Rounds of checks and the meetings after them, played through the same actions as people use.

In one community some of the visits that are on record were never made; nobody but the simulator knows which. The other
communities are honest; now and then a household forgets.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import bulk, clock
from gridwalk.core.models import Change
from gridwalk.followup.actions import convening, moving, taking_in
from gridwalk.followup.actions.convening import Arrangement
from gridwalk.followup.actions.moving import Wording
from gridwalk.followup.rules import EFFECT_AFTER, Act, Kind
from gridwalk.inspection import rules
from gridwalk.inspection.actions import asking, drawing, giving, planning
from gridwalk.inspection.actions.asking import Reply
from gridwalk.inspection.models import Sample, SampledDoor
from gridwalk.inspection.queries import doors
from gridwalk.inspection.rules import Approached, AskingError, DoorState, Identity, Visited, Way, Who
from gridwalk.registry.models import Difference, Person, Residence
from gridwalk.reports import actions as reports
from gridwalk.simulate.acting.cast import STREET, Member
from gridwalk.simulate.acting.drive import Entities
from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street.world import PILOT, World
from gridwalk.visits.models import Visit

DRAWN_ON = (14, 28, 42)
"""Working days on which a round is drawn and asked; the day after it is a meeting."""
SHARE_OF_FEW, RESPONSE = 8, 90
"""Percent: the share that a street of two communities draws, so that each has a figure; the share that answers."""
INVENTED, FORGOTTEN, NOT_IN, KNOWN = 0.12, 0.01, 0.07, 0.9
"""Shares: visits of the inventing community that were never made; households that forget one; doors where nobody is
reached; who knows the grid service.
"""
DENIALS = 3
"""From so many denials on a community is asked to look where else."""
PRACTICES = (
    "先打电话约时段，一次见到的多了",
    "晚上七点到八点去上班家庭，周末补空",
    "物业和网格员一起去，租户愿意开门",
)
DECISIONS = (
    ("电话先打一遍，打不通的再上门", True),
    ("晚班时段在单元门口公示", False),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class AskedDoor:
    """What the simulator had a door say: ``confirmed`` whether somebody came, None where nobody was reached."""

    stratum: str
    confirmed: bool | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlayedRound:
    """A round as it was played: when its frame was frozen, and what every door drawn said."""

    sample: uuid.UUID
    frozen_at: dt.datetime
    asked: Sequence[AskedDoor]


class Supervision:
    """Whoever draws, asks and meets in the course of a demonstration."""

    def __init__(self, world: World, entities: Entities, members: Sequence[Member]) -> None:
        self._world, self._entities = world, entities
        self._centre = next(member.viewer for member in members if member.role is Role.STREET_CENTRE)
        self._inspector = next(member.viewer for member in members if member.role is Role.INSPECTOR)
        self._inventing = next(c.code for c in world.communities if c.code != PILOT)
        self._ref_of: dict[uuid.UUID, str] = {}
        self._agenda: list[tuple[dt.date, Callable[[dt.date], None]]] = []
        self._begun: set[int] = set()
        self.rounds: list[PlayedRound] = []

    def morning(self, day: int, today: dt.date) -> None:
        """What is to be done before the visits of a working day; of two dates of one day the first."""
        for on, act in [entry for entry in self._agenda if entry[0] <= today]:
            self._agenda.remove((on, act))
            act(today)
        if day in self._begun:
            return
        self._begun.add(day)
        if day in DRAWN_ON:
            self._round(today)
        if day - 1 in DRAWN_ON:
            self._meet(today, DRAWN_ON.index(day - 1))

    def invented(self, ref: str) -> bool:
        """Whether the visits at a door were never made."""
        community = self._world.doors[ref].place.community
        return community == self._inventing and self._chance("invented", ref) < INVENTED

    def _chance(self, what: str, ref: str) -> float:
        return chance.stream(self._world.seed, what, ref).random()

    def _round(self, today: dt.date) -> None:
        """A round is planned, drawn and asked within the day."""
        at = clock.at_local(today, 9, 5)
        share = SHARE_OF_FEW if len(self._world.communities) == 2 else rules.SHARE
        new = planning.NewSample(
            kind=rules.Kind.ESTIMATION, scope=STREET, share=share, response=RESPONSE, from_on=today, to_on=today
        )
        sample = planning.plan(actor=self._centre, at=at, new=new)
        for step in (drawing.commit, drawing.freeze, drawing.draw):
            step(actor=self._centre, at=at, sample=sample.pk)
        giving.give(actor=self._centre, at=at, sample=sample.pk)
        asked = list(self._ask(sample, today))
        drawing.reveal(actor=self._centre, at=clock.at_local(today, 19), sample=sample.pk)
        self.rounds.append(PlayedRound(sample=sample.pk, frozen_at=at, asked=asked))
        denied = Counter(rules.community_of(door.stratum) for door in asked if door.confirmed is False)
        for community in sorted(code for code, n in denied.items() if n >= DENIALS):
            self._find(community, today)

    def _ask(self, sample: Sample, today: dt.date) -> Iterator[AskedDoor]:
        self._ref_of = {entity: ref for ref, entity in self._entities.of.items() if ref in self._world.doors}
        drawn = list(SampledDoor.objects.filter(sample=sample).select_related("sample__campaign").order_by("turn"))
        reachable = set(
            doors.with_telephone().filter(dwelling__in=[d.dwelling for d in drawn]).values_list("dwelling", flat=True)
        )
        for door in drawn:
            confirmed = None
            if door.stands is DoorState.OPEN:
                way = Way.CALL if door.dwelling in reachable else Way.KNOCK
                confirmed = self._ask_at(door, way, clock.at_local(today, 10))
            yield AskedDoor(stratum=door.stratum, confirmed=confirmed)

    def _ask_at(self, door: SampledDoor, way: Way, at: dt.datetime) -> bool | None:
        """What a door says; it is left alone where the rules have it so, and tried three times where nobody is in."""
        try:
            return self._told_at(door, way, at)
        except AskingError:
            asking.close(actor=self._inspector, at=at, door=door.pk)
            return None

    def _told_at(self, door: SampledDoor, way: Way, at: dt.datetime) -> bool | None:
        ref = self._ref_of[door.dwelling]
        if self._chance(f"not in {door.sample.number}", ref) < NOT_IN:
            self._try(door, way, at)
            return None
        confirmed = not self.invented(ref) and self._chance("forgotten", ref) >= FORGOTTEN
        reply = Reply(
            way=way,
            visited=Visited.YES if confirmed else Visited.NO,
            who=Who.MET,
            n_living=doors.n_living(door.dwelling),
            identity=Identity.BADGE if confirmed else None,
            knows=self._chance("knows", ref) < KNOWN,
        )
        asking.answer(actor=self._inspector, at=at, door=door.pk, reply=reply)
        return confirmed

    def _try(self, door: SampledDoor, way: Way, at: dt.datetime) -> None:
        """Nobody is reached, at three hours of the day or until nobody goes there any more."""
        for hours in (0, 4, 8):
            state = asking.approach(
                actor=self._inspector,
                at=at + dt.timedelta(hours=hours),
                door=door.pk,
                way=way,
                outcome=Approached.NOBODY,
            )
            if state is not DoorState.OPEN:
                return

    def _find(self, community: str, today: dt.date) -> None:
        """A finding about a community: looked for elsewhere, put right, rechecked, looked at again."""
        at = clock.at_local(today, 19, 30)
        matter = taking_in.open_matter(
            actor=self._centre, at=at, scope=community, kind=Kind.FINDING, title="抽查中有户说没有人来过，逐户重问"
        )
        acts = (
            (2, Act.EXTENT_NOTED, Wording(text="同一网格的户", extent=(60, 60, 6))),
            (2, Act.EXTENT_DONE, Wording()),
            (6, Act.HANDED_IN, Wording(text="逐户重问过，没去过的补走了")),
        )
        for days, act, wording in acts:
            self._later(today, days, self._lead(community, today), matter.id, act, wording)
        self._later(today, 8, self._centre, matter.id, Act.PASSED, Wording())
        self._later(today, 9 + EFFECT_AFTER + 3, self._centre, matter.id, Act.HELD, Wording())

    def _later(self, today: dt.date, days: int, actor: Viewer, matter: uuid.UUID, act: Act, wording: Wording) -> None:
        def do(on: dt.date) -> None:
            moving.move(actor=actor, at=clock.at_local(on, 9, 30), matter=matter, act=act, wording=wording)

        self._agenda.append((today + dt.timedelta(days=days), do))

    def _lead(self, community: str, today: dt.date) -> Viewer:
        user = User.objects.get(username=f"shuji{community[-3:]}")
        return accounts.viewer_of(user, today)

    def _meet(self, today: dt.date, number: int) -> None:
        """The meeting after a round: its pack, what is decided, its minutes."""
        arrangement = Arrangement(on=today, begins=dt.time(14, 30), place="街道二楼会议室", asked="")
        centre = self._centre
        meeting = convening.plan(
            actor=centre, at=clock.at_local(today, 9, 10), street=STREET, arrangement=arrangement
        ).id
        convening.commend(actor=centre, at=clock.at_local(today, 9, 20), meeting=meeting, practice=PRACTICES[number])
        # Weeks pass here in seconds; a server looks at what has grown by itself once a minute.
        bulk.refresh_statistics(Visit, Target, Change, Difference, Residence, Person)
        reports.make_pack(actor=centre, at=clock.at_local(today, 14), meeting=meeting)
        convening.hold(actor=centre, at=clock.at_local(today, 14, 30), meeting=meeting)
        for minute, (title, of_community) in enumerate(DECISIONS):
            scope = self._inventing if of_community else STREET
            matter = convening.decide(
                actor=centre,
                at=clock.at_local(today, 15, minute),
                meeting=meeting,
                title=title,
                scope=scope,
                due_on=today + dt.timedelta(days=10),
            )
            if of_community:
                lead = self._lead(scope, today)
                self._later(today, 7, lead, matter.id, Act.HANDED_IN, Wording(text="都打过了"))
                self._later(today, 9, centre, matter.id, Act.PASSED, Wording())
        attended = clock.at_local(today, 16)
        convening.attend(actor=centre, at=attended, meeting=meeting, present="各社区书记、街道网格中心", excused="")
        reports.make_minutes(actor=centre, at=clock.at_local(today, 16, 30), meeting=meeting)
