"""A row of a ledger may hold several records beside each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0004_covered_and_released")]

    operations = [
        migrations.RemoveConstraint("stagedrow", "staged_once"),
        migrations.AddField("stagedrow", "part", models.SmallIntegerField(default=0)),
        migrations.AddConstraint(
            "stagedrow", models.UniqueConstraint(fields=["of", "sheet", "row_no", "part"], name="staged_once")
        ),
    ]
