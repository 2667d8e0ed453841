"""No mask lies beside a sealed number; an ID number's last four are found by another key than a telephone's."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

from gridwalk.core import envelope

TAIL = 4
STEP = 2000
MASKS = {
    "person": ("id_no_masked", "phone_masked"),
    "organization": ("contact_phone_masked",),
    "site": ("contact_phone_masked",),
    "facility": ("contact_phone_masked",),
}


def key_tails(apps: Any, _: Any) -> None:
    """Make the search keys of people's last four anew: the ones so far did not tell the two kinds of numbers apart."""
    table = apps.get_model("registry", "Person")
    rows = []
    for person in (
        table.objects.exclude(id_no_sealed="", phone_sealed="")
        .only("id", "id_no_sealed", "phone_sealed", "search_keys")
        .iterator(STEP)
    ):
        kept = {key for key in person.search_keys if not key.startswith(("t:", "n:"))}
        person.search_keys = sorted(kept | set(_tails(person)))
        rows.append(person)
        if len(rows) == STEP:
            table.objects.bulk_update(rows, ["search_keys"])
            rows = []
    table.objects.bulk_update(rows, ["search_keys"])


def _tails(person: Any) -> Iterator[str]:
    for column, prefix, purpose in (("id_no", "n", "last_four|id_no"), ("phone", "t", "last_four")):
        sealed = getattr(person, f"{column}_sealed")
        value = envelope.open_(sealed, table="registry_person", column=column, row=person.id)
        if value:
            yield f"{prefix}:{envelope.blind_index(value[-TAIL:].upper(), purpose=purpose)}"


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_sources_without_names")]

    operations = [
        migrations.RunPython(key_tails, migrations.RunPython.noop),
        *(
            migrations.RemoveField(model_name=model, name=column)
            for model, columns in MASKS.items()
            for column in columns
        ),
    ]
