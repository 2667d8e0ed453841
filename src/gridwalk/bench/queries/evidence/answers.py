"""What an online check asks about: the doors with the answers given there, and of a case about people, the people."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.bench.cases.case import Case
from gridwalk.bench.queries.evidence.places import residents_of
from gridwalk.bench.queries.evidence.residents import resident
from gridwalk.bench.queries.evidence.sheet import BELOW, AnswersOfDoor, Arguments, Evidence
from gridwalk.core import clock
from gridwalk.registry.living import LIVING, VACANCY_SOURCES
from gridwalk.registry.models import Dwelling, Residence
from gridwalk.visits.models import Visit
from gridwalk.visits.outcomes import OUTCOMES
from gridwalk.visits.rules import REJECTED

LATELY = 3
"""So many answers of a door are told, the last first."""


def door_by_door(viewer: Viewer, case: Case) -> Evidence:
    """The doors of a case with their answers; a constant number of queries."""
    doors = _doors(viewer, case)
    answers, names = _answers(doors[:BELOW]), residents_of(viewer, [door.id for door in doors[:BELOW]])
    links = _links(viewer, case) if case.lead.kind == "person" else []
    return Evidence(
        lines=[],
        arguments=Arguments(),
        residents=[resident(viewer, link) for link in links[:BELOW]],
        answers=[
            AnswersOfDoor(
                dwelling=door.id, address=door.address, answers=answers.get(door.id, []), people=names.get(door.id, "")
            )
            for door in doors[:BELOW]
        ],
        n_more=max(0, len(doors) - BELOW, len(links) - BELOW),
    )


def _doors(viewer: Viewer, case: Case) -> list[Dwelling]:
    of_people = Residence.objects.filter(
        person__in=[m.id for m in case.members if m.kind == "person"], to_on__isnull=True, kind__in=LIVING
    )
    ids = {m.id for m in case.members if m.kind == "dwelling"} or set(of_people.values_list("dwelling", flat=True))
    doors = Dwelling.objects.filter(pk__in=ids).order_by("walk_key", "address")
    return [door for door in doors if viewer.may(Verb.SEE_ROWS_MASKED, door.grid_id)]


def _links(viewer: Viewer, case: Case) -> list[Residence]:
    links = Residence.objects.filter(person__in=[m.id for m in case.members], to_on__isnull=True, kind__in=LIVING)
    ordered = links.select_related("person", "dwelling").order_by("dwelling__walk_key", "person__sort_key")
    return [link for link in ordered if viewer.may(Verb.SEE_ROWS_MASKED, link.grid_id)]


def _answers(doors: Collection[Dwelling]) -> dict[uuid.UUID, list[str]]:
    visits = Visit.objects.filter(entity__in=[door.id for door in doors], withdrawn_at__isnull=True)
    answers: dict[uuid.UUID, list[str]] = {}
    for visit in visits.exclude(recheck=REJECTED).order_by("-on", "-at"):
        answers.setdefault(visit.entity, []).append(_words(visit))
    return {door: words[:LATELY] for door, words in answers.items()}


def _words(visit: Visit) -> str:
    """A day and what was answered; never by whom, never the hour."""
    source = VACANCY_SOURCES.get(visit.second_source, "")
    changed = f"改 {visit.n_changed} 处" if visit.n_changed else "没有变化" if visit.outcome in {"met", "phone"} else ""
    return "，".join(filter(None, [f"{clock.day_words(visit.on)} {OUTCOMES[visit.outcome].label}", source, changed]))
