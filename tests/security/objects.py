"""One object of each kind in the first grid of the small street, and everybody who may ask for it."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Mapping

from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import SYSTEM, Held, Role, Viewer
from gridwalk.accounts.substitutes import actions as substituting
from gridwalk.core import clock, ids
from gridwalk.differences.models import DecisionBatch
from gridwalk.events.actions import homes
from gridwalk.operations.investigations import actions as investigating
from gridwalk.reconcile.tests.test_deciding_one_sided import missing
from gridwalk.reconcile.tests.test_states import handed_in
from gridwalk.registry.actions import creation
from gridwalk.registry.models import CareLabel, CaseDecision, Difference, Facility, Organization, Site
from gridwalk.registry.tests.street import FIRST, GRID, NEXT_GRID, SECOND, Street, lead, phone
from gridwalk.territory.models import Building, Stairwell
from gridwalk.upkeep.actions import posts
from gridwalk.upkeep.models import Plan
from gridwalk.visits.models import CareNeed, Visit
from gridwalk.visits.needs import Need
from gridwalk.visits.tests.test_finding import label
from gridwalk.visits.tests.walk import Walk, target
from gridwalk.visits.values import Found

STREET = FIRST[:9]
POSTS: Mapping[str, tuple[Role, str]] = {
    "worker": (Role.GRID_WORKER, GRID),
    "lead": (Role.COMMUNITY_LEAD, FIRST),
    "street": (Role.STREET_CENTRE, STREET),
    "district": (Role.DISTRICT_CENTRE, STREET[:6]),
    "inspector": (Role.INSPECTOR, STREET),
    "leading": (Role.LEADING_GROUP, STREET),
    "administrator": (Role.ADMINISTRATOR, STREET),
    "next_worker": (Role.GRID_WORKER, NEXT_GRID),
    "next_lead": (Role.COMMUNITY_LEAD, SECOND),
    "next_street": (Role.STREET_CENTRE, "120105002"),
}


def viewers() -> dict[str, Viewer]:
    """By name: somebody of each role who answers for the first grid, and three who answer for another place."""
    return {who: Viewer(ids.new_id(), who, (Held(role, scope),)) for who, (role, scope) in POSTS.items()}


def lay_out(at: dt.datetime, account: Callable[..., User]) -> types.SimpleNamespace:
    """The objects by name."""
    walk = Walk(Street.lay_out(at), at)
    street = walk.street
    door, home = street.door("101"), street.door("102")
    person = street.person("王试甲", home, phone=phone(1))
    with street.writing() as writing:
        for kind in ("organization", "site"):
            creation.register(writing, kind, [creation.New(grid=GRID, values={"name": "甲"}, source="ledger")])
    facility = Facility.objects.create(grid_id=GRID, facility_kind="hydrant", source="office", created_at=at)
    label(person)
    wanted = Found(confirmed=(person.id,), care=(Need(person=person.id, need="medical", help="none"),))
    walk.knock(home, "met", walk.then(), findings=wanted)
    campaign = walk.dispatch()
    event = homes.move_in(
        actor=lead(),
        at=at,
        dwelling=door.id,
        people=[{"name": "王试乙"}],
        raw={"on": "2026-06-01", "told": "self", "seen": "1", "residence_kind": "tenant"},
    )
    street.say(person, "phone", phone(2))
    batch = DecisionBatch.objects.create(
        scope=FIRST,
        kind="dwelling",
        field="tenure",
        sentence="以系统登记为准",
        decision="keep",
        state="done",
        n_chosen=0,
        actor_name="书记",
        created_at=at,
    )
    decision = CaseDecision.objects.create(
        grid_id=GRID,
        check_code="same_name_and_birth",
        lead=person.pk,
        records=[person.pk],
        facts={},
        decision="different",
        decided_by_name="书记",
        decided_at=at,
    )
    plan = Plan.objects.create(
        kind="move_household",
        communities=[FIRST],
        subjects=[home.pk, door.pk, person.pk],
        evidence="in_person",
        reason="搬",
        proposed_by_name="书记",
        proposed_at=at,
    )
    user, other = account(Role.GRID_WORKER, GRID), account(Role.GRID_WORKER, GRID)
    today, moment = clock.local_date(clock.now()), clock.now()
    post = Assignment.objects.get(user=user)
    handover = posts.end_post(actor=SYSTEM, at=moment, post=Assignment.objects.get(user=other).pk)
    third = account(Role.GRID_WORKER, NEXT_GRID)
    substitute = substituting.name_substitute(
        actor=lead(), at=moment, user=third.pk, grid=GRID, covers=user.pk, from_on=today, to_on=today
    )
    investigation = investigating.propose(
        actor=Viewer(ids.new_id(), "中心", (Held(Role.STREET_CENTRE, STREET),)),
        at=moment,
        user=user.pk,
        cause="look",
        from_on=today,
        to_on=today,
        reason="居民说没人来过",
    )
    return types.SimpleNamespace(
        at=at,
        door=door,
        home=home,
        person=person,
        organization=Organization.objects.get(),
        site=Site.objects.get(),
        facility=facility,
        label=CareLabel.objects.get(),
        need=CareNeed.objects.get(),
        visit=Visit.objects.get(),
        target=target(home),
        campaign=campaign,
        event=event,
        difference=Difference.objects.get(),
        batch=batch,
        decision=decision,
        plan=plan,
        user=user,
        post=post,
        handover=handover,
        substitute=substitute,
        investigation=investigation,
        imported=handed_in(at, "mapping"),
        compared=handed_in(at, "mapping", beside=True),
        unmatched=missing(street, person.pk),
        building=Building.objects.filter(grid=GRID)[0],
        stairwell=Stairwell.objects.filter(building__grid=GRID)[0],
    )
