from typing import Any

from django.core.management import call_command
from django.db import migrations, models


def make_cache_table(apps: Any, editor: Any) -> None:
    """The shared cache (settings.CACHES): Django makes its table by a command only."""
    call_command("createcachetable", "accounts_cache", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="decided_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="proposed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="proposed_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="assignment",
            name="state",
            field=models.CharField(
                choices=[("proposed", "proposed"), ("confirmed", "confirmed"), ("declined", "declined")],
                default="confirmed",
                max_length=10,
            ),
        ),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
