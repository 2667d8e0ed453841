"""Marks of what phones sent, and of the rows they have, are keyed with a key the database does not hold."""

from typing import Any

from django.db import migrations

from gridwalk.core import envelope

STEP = 2000


def key_marks(apps: Any, _: Any) -> None:
    """Key the hash of every op, so that a repetition is still known; what phones have is compared anew."""
    table = apps.get_model("sync", "Op")
    rows = []
    for op in table.objects.only("id", "hash").iterator(STEP):
        op.hash = envelope.blind_index(op.hash, purpose="op")
        rows.append(op)
        if len(rows) == STEP:
            table.objects.bulk_update(rows, ["hash"])
            rows = []
    table.objects.bulk_update(rows, ["hash"])
    apps.get_model("sync", "Shadow").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial")]

    operations = [migrations.RunPython(key_marks, migrations.RunPython.noop)]
