"""A name is keyed by its simplified characters, each by itself: 沈思 was kept as 沉思 and found under chen alone.

Only names with a character that was changed without need are keyed anew. A number's last four keep their keys.
"""

from typing import Any

from django.db import migrations

from gridwalk.dictionary import fields as dictionary
from gridwalk.method import names, search_keys

CHANGED = "[乾吒夥徵扞於昇氾祕蒐薹蠁袷陞麴麽沈坏藉覆哩]"
"""Characters that are simplified ones, and were changed by themselves or within a word."""
OF_NAMES = ("c:", "p:", "i:")
SOUND = {"Person": names.key, "Organization": names.organization_key}
"""What ``name_key`` holds, where a table has it."""


def key_names_anew(apps: Any, _: Any) -> None:
    for table in ("Person", "Organization", "Site", "Facility"):
        model = apps.get_model("registry", table)
        rows = []
        for row in model.objects.filter(name__regex=CHANGED).iterator(2000):
            others = [key for key in row.search_keys if not key.startswith(OF_NAMES)]
            row.search_keys = sorted({*others, *search_keys.of_name(_title(table, row))})
            row.sort_key = names.sort_key(row.name)[: model._meta.get_field("sort_key").max_length]
            if table in SOUND:
                row.name_key = SOUND[table](row.name)[: model._meta.get_field("name_key").max_length]
            rows.append(row)
        fields = ["search_keys", "sort_key", *(["name_key"] if table in SOUND else [])]
        model.objects.bulk_update(rows, fields, batch_size=2000)


def _title(table: str, row: Any) -> str:
    """What a record is found by: a facility by its kind, too."""
    if table != "Facility":
        return str(row.name)
    return f"{dictionary.choice_label('facility', 'facility_kind', row.facility_kind)} {row.name}".strip()


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_few_of_lists")]

    operations = [migrations.RunPython(key_names_anew, migrations.RunPython.noop)]
