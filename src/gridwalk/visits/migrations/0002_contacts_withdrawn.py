"""A care contact can be taken back, and may have a line beside it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns of their own; no contact on record was taken back or had a line."""

    dependencies = [("visits", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="carecontact",
            name="note",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(model_name="carecontact", name="withdrawn_at", field=models.DateTimeField(null=True)),
    ]
