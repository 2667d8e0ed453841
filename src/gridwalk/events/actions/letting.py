"""出租, 退租, 产权变更: how a dwelling is used, and by whom."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from gridwalk.accounts.rules import Viewer
from gridwalk.core import clock
from gridwalk.events import kinds
from gridwalk.events.actions import steps
from gridwalk.events.actions.reading import Row, Typed, get_door, links_of
from gridwalk.events.models import Event
from gridwalk.registry import rules
from gridwalk.registry.actions import claims
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.living import LIVING


def let(
    *, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, people: Sequence[Row], leaving: Collection[str], raw: Row
) -> Event:
    """A dwelling is let: its tenants come, several at once or none known yet; who lived there may leave with the
    same event.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    coming = typed.people(people, door)
    living = [link for link in links_of(door) if link.kind in LIVING]
    tenants = {link.person_id for link in living if link.kind == "tenant"}
    for n, comer in enumerate(coming):
        if comer.person is not None and comer.person.pk in tenants:
            typed.refuse(f"id_no-{n}", "已登记租住在这里")
    gone = typed.chosen(living, leaving)
    owner_name = typed.fact("dwelling", "owner_name")
    owner_phone = typed.fact("dwelling", "owner_phone")
    on, told = typed.day(), typed.told()
    typed.check()
    typed.look_twice(door, coming, "tenant", answers={"vacant_with_residents", "owner_with_tenants"})
    grids = steps.grids_of([*steps.on_record(coming), *(link.person_id for link in gone)], coming)
    with steps.happening("let", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        source = kinds.source(told)
        steps.depart(writing, gone, keeps=True, on=on, source=source)
        steps.arrive(writing, door, coming, "tenant", on=on, source=source)
        steps.say(
            writing, door, source, tenure="let", occupancy="occupied", owner_name=owner_name, owner_phone=owner_phone
        )
        claims.confirm(writing, "dwelling", [(door.pk, clock.local_date(at))], source=source)
    return event


def end_let(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, who: Collection[str], raw: Row) -> Event:
    """Tenants leave; what the dwelling is now is said, a vacancy with who confirmed it.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling, takes=False)
    typed = Typed(actor, raw, at)
    living = [link for link in links_of(door) if link.kind in LIVING]
    if door.tenure != "let" and not any(link.kind == "tenant" for link in living):
        raise CorrectionError("这一户没有登记为出租，没有记。看看是不是另一户。", {"dwelling": "不是出租房"})
    gone = typed.chosen(living, who)
    after = typed.choice("after", kinds.AFTER, missing="请选现在怎么样")
    if len(gone) < len(living) and after.startswith("vacant"):
        typed.refuse("after", f"还有 {len(living) - len(gone)} 人没选，不是空房")
    on, told = typed.day(), typed.told()
    typed.check()
    grids = steps.grids_of([link.person_id for link in gone])
    with steps.happening("let_ended", door, actor=actor, at=at, on=on, told=told, grids=grids) as (writing, event):
        source = kinds.source(told)
        steps.depart(writing, gone, keeps=True, on=on, source=source)
        steps.say_after(writing, door, after, source=source)
    return event


def change_owner(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, raw: Row) -> Event:
    """A dwelling has another owner. Raises NotHere, CorrectionError."""
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    name = typed.fact("dwelling", "owner_name", missing="请填新产权人")
    phone = typed.fact("dwelling", "owner_phone")
    on, told = typed.day(), typed.told()
    typed.check()
    with steps.happening("owner_changed", door, actor=actor, at=at, on=on, told=told) as (writing, event):
        source = kinds.source(told)
        steps.say(writing, door, source, owner_name=name, owner_phone=phone)
        if not phone and name != door.owner_name:  # the old owner's number is not the new one's
            claims.apply_claims(writing, [rules.Claim("dwelling", door.pk, "owner_phone", "", "office")])
    return event
