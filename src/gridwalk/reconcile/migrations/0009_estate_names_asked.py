"""An estate's other name is asked before it is used. Those learnt without a question are asked now."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def ask(apps: Any, editor: Any) -> None:
    """Nobody was asked about those a comparison learnt."""
    learnt = apps.get_model("reconcile", "EstateAlias").objects.filter(learnt_from__isnull=False)
    learnt.update(state="asked")


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0008_replaced_rows")]

    operations = [
        migrations.AlterField(
            "estatealias",
            "learnt_from",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="reconcile.submission"
            ),
        ),
        # Names an office gave itself, by renaming an estate, stand as they are.
        migrations.AddField(
            "estatealias",
            "state",
            models.CharField(
                choices=[("asked", "待定"), ("same", "是"), ("different", "不是"), ("later", "以后再说")],
                default="same",
                max_length=10,
            ),
        ),
        migrations.RunPython(ask, migrations.RunPython.noop),
        migrations.AlterField(
            "estatealias",
            "state",
            models.CharField(
                choices=[("asked", "待定"), ("same", "是"), ("different", "不是"), ("later", "以后再说")],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.AddField("estatealias", "n_doors", models.IntegerField(default=0)),
        migrations.AddField("estatealias", "n_against", models.IntegerField(default=0)),
        migrations.AddField("estatealias", "decided_by", models.UUIDField(null=True)),
        migrations.AddField("estatealias", "decided_by_name", models.CharField(blank=True, max_length=40)),
        migrations.AddField("estatealias", "decided_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "estatealias", models.Index(condition=Q(state="asked"), fields=["state"], name="estate_alias_asked")
        ),
    ]
