"""What came of the work of somebody whose post ended."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gridwalk.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_substitutes"),
        ("upkeep", "0002_grid_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gridwalk.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("before", models.DateField(null=True)),
                ("moved", models.JSONField(default=dict)),
                ("made_by", models.UUIDField(null=True)),
                ("made_by_name", models.CharField(max_length=40)),
                ("made_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by_name", models.CharField(blank=True, max_length=40)),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.assignment"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
