"""Hazards and requests noted at doors become matters; their days count from the upgrade on, not from when they were."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import migrations
from django.utils import timezone

from gridwalk.core import clock, envelope
from gridwalk.followup import rules
from gridwalk.followup.rules import COURSES, Act, Kind, Level, Stage
from gridwalk.method.text import without_numbers
from gridwalk.method.workdays import Workdays


def become_matters(apps: Any, _: Any) -> None:
    """Each note under its own id, numbered in the order of their moments."""
    matters, entries = apps.get_model("followup", "Matter"), apps.get_model("followup", "Entry")
    today, last = clock.local_date(timezone.now()), Counter[tuple[str, int]]()
    workdays = Workdays(dict(apps.get_model("territory", "SetDay").objects.values_list("day", "works")))
    for note in apps.get_model("sync", "Note").objects.order_by("at", "id").iterator():
        street, year = note.grid[:9], clock.local_date(note.at).year
        last[street, year] += 1
        matter = matters.objects.create(
            id=note.id,
            street=street,
            year=year,
            number=last[street, year],
            grid=note.grid,
            level=Level.GRID,
            kind=note.kind,
            stage=Stage.HANDLING,
            source="phone",
            title=f"上门记下的{COURSES[Kind(note.kind)].label}",
            text_sealed=_sealed(note),
            photos=note.photos,
            place_kind=note.place_kind,
            place=note.place,
            author=note.worker,
            author_name=note.worker_name,
            at=note.at,
            due_on=rules.due_on(Kind(note.kind), today, workdays),
        )
        entries.objects.create(matter=matter, act=Act.OPENED, by=note.worker, by_name=note.worker_name, at=note.at)
    numbering = apps.get_model("followup", "Numbering")
    numbering.objects.bulk_create(numbering(street=street, year=year, last=n) for (street, year), n in last.items())


def _sealed(note: Any) -> str:
    if not note.text_sealed:
        return ""
    text = envelope.open_(note.text_sealed, table="sync_note", column="text", row=note.id)
    return envelope.seal(without_numbers(text), table="followup_matter", column="text", row=note.id)


class Migration(migrations.Migration):
    dependencies = [("sync", "0003_copies"), ("followup", "0001_initial"), ("territory", "0004_desks")]

    operations = [
        migrations.RunPython(become_matters, migrations.RunPython.noop),
        migrations.DeleteModel("Note"),
    ]
