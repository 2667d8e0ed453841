"""Every entry says when it was recorded."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followup", "0003_recorded_at")]

    operations = [
        migrations.AlterField("entry", "recorded_at", models.DateTimeField()),
        migrations.RemoveIndex("entry", "matter_entries"),
        migrations.AddConstraint(
            "entry", models.UniqueConstraint(fields=["matter", "recorded_at"], name="matter_entry_order")
        ),
    ]
