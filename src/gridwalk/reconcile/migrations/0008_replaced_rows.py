"""What a side said before an import is kept while it may be taken back; the doors that stay are counted."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0007_sums_by_two")]

    operations = [
        migrations.AddField("import", "n_doors_stayed", models.IntegerField(default=0)),
        migrations.AddField(
            "siderow",
            "replaced_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="reconcile.import"
            ),
        ),
        migrations.AlterModelManagers("siderow", [("every", models.Manager())]),
        migrations.RemoveConstraint("siderow", "side_row_once"),
        migrations.AddConstraint(
            "siderow",
            models.UniqueConstraint(
                fields=["source", "kind", "entity"], condition=Q(replaced_by__isnull=True), name="side_row_once"
            ),
        ),
    ]
