"""Entries stand in the order they were recorded in, and name every photo that came with them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import migrations, models
from django.db.models import F

TICK = dt.timedelta(microseconds=1)


def tell_order(apps: Any, _: Any) -> None:
    """Of what was recorded so far only the moment it was said is known."""
    entries = apps.get_model("followup", "Entry").objects
    last: dict[uuid.UUID, dt.datetime] = {}
    changed = []
    for entry in entries.order_by("matter", "at", "id").iterator():
        before = last.get(entry.matter_id)
        entry.recorded_at = max(entry.at, before + TICK) if before else entry.at
        last[entry.matter_id] = entry.recorded_at
        if entry.recorded_at != entry.at or "photo" in entry.data:
            entry.data |= {"photos": [entry.data.pop("photo")]} if "photo" in entry.data else {}
            changed.append(entry)
    entries.update(recorded_at=F("at"))
    entries.bulk_update(changed, ["recorded_at", "data"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("followup", "0002_meetings"), ("sync", "0004_matters")]

    operations = [
        migrations.AddField("entry", "recorded_at", models.DateTimeField(null=True)),
        migrations.RunPython(tell_order, migrations.RunPython.noop),
    ]
