from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_handed_in_numbers")]

    operations = [
        migrations.AlterField(
            model_name="takeover",
            name="difference",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="takeovers", to="registry.difference"
            ),
        ),
    ]
