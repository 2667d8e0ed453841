"""An address is keyed without the full names of counties before it, and an estate's numeral as a number.

A door whose new key another door of the community has keeps its own: the two are a case of 数据排查 (``same_door``).
"""

from typing import Any

from django.db import migrations
from django.db.models import CharField, F, Func, Value

from gridwalk.method import address_writing, search_keys

OWNER = {"Dwelling": "community", "FormerAddress": "dwelling_id"}
"""Within what a key stands once."""


def key_addresses_anew(apps: Any, _: Any) -> None:
    for table, owner in OWNER.items():
        model = apps.get_model("registry", table)
        estate = Func(F("address_key"), Value("|"), Value(1), function="split_part", output_field=CharField())
        for name in model.objects.annotate(estate=estate).order_by().values_list("estate", flat=True).distinct():
            if address_writing.key_anew(f"{name}|||") != f"{name}|||":
                _key_estate_anew(model.objects.filter(address_key__startswith=f"{name}|"), model, owner)


def _key_estate_anew(rows: Any, model: Any, owner: str) -> None:
    rows = list(rows.order_by("pk"))
    keys = {row.pk: address_writing.key_anew(row.address_key) for row in rows}
    taken = set(model.objects.filter(address_key__in=set(keys.values())).values_list(owner, "address_key"))
    keyed = []
    for row in rows:
        key = keys[row.pk]
        if (getattr(row, owner), key) not in taken:
            taken.add((getattr(row, owner), key))
            others = set(row.search_keys) - search_keys.of_address(row.address_key)
            row.address_key, row.search_keys = key, sorted(others | search_keys.of_address(key))
            keyed.append(row)
    model.objects.bulk_update(keyed, ["address_key", "search_keys"], batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("registry", "0015_lists_by_text")]

    operations = [migrations.RunPython(key_addresses_anew, migrations.RunPython.noop)]
