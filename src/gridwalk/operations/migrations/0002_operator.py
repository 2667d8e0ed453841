"""The unit that runs this installation, and its filing number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Operator",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("unit", models.CharField(max_length=60)),
                ("filing_number", models.CharField(blank=True, max_length=40)),
            ],
        ),
    ]
