"""What somebody typed over by hand is ticked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0009_estate_names_asked")]

    operations = [
        migrations.AlterField(
            model_name="backfillitem",
            name="state",
            field=models.CharField(
                choices=[
                    ("handed_out", "已发出"),
                    ("ticked", "已回填"),
                    ("proved", "已改好"),
                    ("still_open", "还没改"),
                ],
                default="handed_out",
                max_length=10,
            ),
        ),
    ]
