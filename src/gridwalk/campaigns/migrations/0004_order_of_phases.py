"""Phases that begin on one day stand in the order in which they end."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_words")]

    operations = [
        migrations.AlterModelOptions(name="phase", options={"ordering": ["starts_on", "ends_on", "kind"]}),
    ]
