"""How many doors an import put into grid 000."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0005_estate_aliases")]

    operations = [
        migrations.AddField(model_name="import", name="n_unassigned", field=models.IntegerField(default=0)),
    ]
