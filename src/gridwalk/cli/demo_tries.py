"""``demo --check``, the tries: a number that fits is brought through every door, and has to leave a line in the list of
whoever it could have been (red line 4). What leaves none is taken from the numbers that fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwalk.cli.demo_masks import Smallest
from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues

TRIED = 40
"""So many people are tried at."""


def run(members: Sequence[Any]) -> tuple[Smallest, list[str]]:
    """The fewest numbers left of anybody after a month of tries without a line; and the doors that leave none."""
    from gridwalk.registry import rules

    smallest, silent = Smallest(), set[str]()
    for viewer, person, number in _attempts(members):
        unseen = [way for way, bring in _DOORS.items() if not _leaves_a_line(bring, viewer, person, number)]
        silent |= set(unseen)
        smallest.take(Clues(born=str(person.born_on), sex=person.sex), n_tried=len(unseen) * rules.HANDED_IN_A_DAY)
    return smallest, [f"试号码不留记录：{way}" for way in sorted(silent)]


def _attempts(members: Sequence[Any]) -> list[tuple[Any, Any, str]]:
    """(who tries, at whom, a number that is nobody's and fits), spread over the areas of those who see rows."""
    from gridwalk.accounts.rules import Role, Verb
    from gridwalk.core.queries import in_scopes
    from gridwalk.registry import columns
    from gridwalk.registry.models import Person

    attempts: list[tuple[Any, Any, str]] = []
    for viewer in [member.viewer for member in members if member.role == Role.COMMUNITY_LEAD]:
        own = Person.objects.filter(in_scopes(viewer.scopes(Verb.SEE_ROWS), "grid__code"), status="active")
        people = list(own.exclude(id_no_index="").exclude(sex="").filter(born_on__isnull=False).order_by("id"))
        for person in people[:: max(1, len(people) // TRIED)]:
            number = str(columns.read(person, "id_no"))
            if number[6:14] == f"{person.born_on:%Y%m%d}" and number.startswith(fitting.AREA):
                fit = fitting.id_numbers(Clues(born=str(person.born_on), sex=person.sex))
                attempts.append((viewer, person, next(n for n in fit if not columns.holders("person", [n]))))
    return attempts


def _leaves_a_line(bring: Callable[[Any, Any, str], None], viewer: Any, person: Any, number: str) -> bool:
    """Whether the person can read of it; nothing of it stays."""
    from django.db import transaction

    from gridwalk.core.models import AuditEntry
    from gridwalk.registry.queries.access import LOOKS

    lines = AuditEntry.objects.filter(subject=person.pk, verb__in=LOOKS)
    with transaction.atomic():
        before = lines.count()
        bring(viewer, person, number)
        left = lines.count() > before
        transaction.set_rollback(True)
    return left


def _handed_in(viewer: Any, person: Any, number: str) -> None:
    from gridwalk.core import clock
    from gridwalk.registry.actions import handed_in

    handed_in.withheld(actor=viewer, at=clock.now(), numbers=[number])


def _searched(viewer: Any, person: Any, number: str) -> None:
    from gridwalk.core import clock
    from gridwalk.registry.actions import looking

    looking.search_by_number(actor=viewer, at=clock.now(), field="id_no", typed=number)


def _registered(viewer: Any, person: Any, number: str) -> None:
    from gridwalk.core import actions, clock
    from gridwalk.registry.actions import creation

    new = creation.New(grid=person.grid_id, values={"name": "任意名", "id_no": number}, source="visit")
    with actions.write_to(person.grid_id, actor=viewer, at=clock.now()) as writing:
        creation.register(writing, "person", [new])


def _claimed(source: str) -> Callable[[Any, Any, str], None]:
    def bring(viewer: Any, person: Any, number: str) -> None:
        from gridwalk.core import actions, clock
        from gridwalk.registry.actions import claims
        from gridwalk.registry.rules import Claim

        with actions.write_to(person.grid_id, actor=viewer, at=clock.now()) as writing:
            claims.apply_claims(writing, [Claim("person", person.pk, "id_no", number, source)])

    return bring


_DOORS: Mapping[str, Callable[[Any, Any, str], None]] = {
    "台账": _handed_in,
    "按号码查找": _searched,
    "登记一个人": _registered,
    "更正": _claimed("office"),
    "照证件核对": _claimed("visit"),
}
"""Every way to bring a number: forms, daily events, phones and the API end in the last three."""
