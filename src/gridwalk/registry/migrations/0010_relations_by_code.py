"""A relation is kept by its code of GB/T 4761, no longer by one of eleven groups; nothing more is said than was known.

A child whose sex is on record is a 子 or a 女. History keeps the words it was written with.
"""

import json
from typing import Any

from django.db import migrations
from django.db.models import Case, F, Value, When

from gridwalk.core import envelope

CODES = {
    "head": "02",
    "spouse": "10",
    "child": "20/30",
    "parent": "50",
    "grandchild": "40",
    "grandparent": "60",
    "sibling": "70",
    "child_in_law": "28/38",
    "parent_in_law": "53/56",
    "other": "97",
    "unrelated": "99",
}
BY_SEX = {("child", "male"): "20", ("child", "female"): "30"} | {
    ("child_in_law", "male"): "28",
    ("child_in_law", "female"): "38",
}


def code_persons(apps: Any, _: Any) -> None:
    known = [When(relation=group, sex=sex, then=Value(code)) for (group, sex), code in BY_SEX.items()]
    open_ = [When(relation=group, then=Value(code)) for group, code in CODES.items()]
    table = apps.get_model("registry", "Person")
    table.objects.exclude(relation="").update(relation=Case(*known, *open_, default=F("relation")))


def code_questions(apps: Any, _: Any) -> None:
    """What is asked, and what was decided, about relations: what was kept is not asked again."""
    table = apps.get_model("registry", "Difference")
    rows = []
    for row in table.objects.filter(kind="person", field="relation").iterator(2000):
        row.current, row.claimed = (CODES.get(value, value) for value in (row.current, row.claimed))
        if row.claimed_hash:
            said = json.dumps(row.claimed, ensure_ascii=False)
            row.claimed_hash = envelope.blind_index(said, purpose="claim")
        rows.append(row)
    table.objects.bulk_update(rows, ["current", "claimed", "claimed_hash"], batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_takeovers_reported_again")]

    operations = [
        migrations.RunPython(code_persons, migrations.RunPython.noop),
        migrations.RunPython(code_questions, migrations.RunPython.noop),
    ]
