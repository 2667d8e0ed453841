"""出生, 去世: a record that begins, a record that a second person will end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere
from gridwalk.events import kinds
from gridwalk.events.actions import steps
from gridwalk.events.actions.reading import Row, Typed, get_door, links_of, persons_under
from gridwalk.events.models import Event
from gridwalk.registry import columns
from gridwalk.registry.actions import ends
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.living import LIVING
from gridwalk.registry.models import Person


def bear(*, actor: Viewer, at: dt.datetime, dwelling: uuid.UUID, parent: Collection[str], raw: Row) -> Event:
    """A child is born to somebody of a household.

    Without a name it is 王芳之女 until it has one; the number may follow later.

    Raises NotHere, CorrectionError.
    """
    door = get_door(actor, dwelling)
    typed = Typed(actor, raw, at)
    living = [link for link in links_of(door) if link.kind in LIVING]
    chosen = [link for link in living if str(link.person_id) in parent]
    if not chosen:
        typed.refuse("parent", "请选父亲或母亲")
    sex = typed.fact("person", "sex", missing="请选性别")
    born_on = typed.day(name="born_on", missing="请填出生日期")
    name, number = typed.fact("person", "name"), typed.fact("person", "id_no")
    registered = typed.choice("registered", kinds.REGISTERED, missing="请选户口落在哪里") == "here"
    told = typed.told()
    typed.check()
    assert born_on is not None
    mother_or_father = chosen[0]
    values = {
        "name": name or kinds.unnamed(mother_or_father.person.name, str(sex)),
        "id_no": number,
        "sex": sex,
        "born_on": born_on.isoformat(),
        "relation": kinds.child_of(mother_or_father.person.relation, str(sex)),
    }
    kind = kinds.newborn_lives(mother_or_father.kind, registered)
    holder = persons_under([number]).get(columns.number_key("person", number)) if number else None
    child = typed.comer("id_no", values, holder, door)
    typed.check()
    typed.look_twice(door, [child], kind, answers={"vacant_with_residents"})
    grids = steps.grids_of(steps.on_record([child]), [child])
    with steps.happening("born", door, actor=actor, at=at, on=born_on, told=told, grids=grids) as (writing, event):
        source = kinds.source(told)
        steps.arrive(writing, door, [child], kind, on=born_on, source=source)
        steps.say(writing, door, source, occupancy="occupied")
    return event


def die(*, actor: Viewer, at: dt.datetime, person: uuid.UUID, raw: Row) -> Event:
    """Propose that somebody has died; a second person confirms it, and until then the record and its care stay.

    Raises NotHere, CorrectionError.
    """
    subject = Person.objects.filter(pk=person).first()
    if subject is None or not actor.may(Verb.EDIT_REGISTER, subject.grid_id):
        raise NotHere
    _require_standing(subject)
    typed = Typed(actor, raw, at)
    on, told = typed.day(missing="请填去世的日期"), typed.told()
    if on is not None and subject.born_on is not None and on < subject.born_on:
        typed.refuse("on", "早于登记的出生日期，请核对")
    typed.check()
    with steps.happening("died", subject, actor=actor, at=at, on=on, told=told) as (writing, event):
        locked = Person.objects.select_for_update().get(pk=subject.pk)
        _require_standing(locked)
        evidence = kinds.evidence("person", "deceased", told)
        ends.propose(writing, locked, "deceased", reason=writing.reason, evidence=evidence)
    return event


def _require_standing(person: Person) -> None:
    if person.status != "active" or person.status_pending:
        raise CorrectionError("这个人已经不在册，或正等人复核，没有再记。请刷新后再看。", {"who": "不用再记"})
