"""The day a person's number was last found equal to the card."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column of its own; nothing on record was checked so before."""

    dependencies = [("registry", "0003_no_masks_beside")]

    operations = [
        migrations.AddField(model_name="person", name="id_no_checked_on", field=models.DateField(null=True)),
    ]
