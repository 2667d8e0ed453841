"""Sample cells of ledgers are kept as their shape: a mask of a number, or a name, lies nowhere beside."""

from typing import Any

from django.db import migrations


def forget_samples(apps: Any, _: Any) -> None:
    """Take the sample cells out of how ledgers were understood; they were shown masked, and half of them are names."""
    table = apps.get_model("reconcile", "Submission")
    for row in table.objects.only("pk", "mapping").iterator(200):
        table.objects.filter(pk=row.pk).update(mapping=without_samples(row.mapping))


def without_samples(value: Any) -> Any:
    """The same with every list of samples empty."""
    if isinstance(value, dict):
        return {key: [] if key == "sample" else without_samples(inner) for key, inner in value.items()}
    return [without_samples(inner) for inner in value] if isinstance(value, list) else value


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0002_cleared")]

    operations = [migrations.RunPython(forget_samples, migrations.RunPython.noop)]
