"""An acceptance sample keeps the share of honest denials that it was planned for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0003_area")]

    operations = [
        migrations.AddField(
            model_name="sample",
            name="honest",
            field=models.PositiveSmallIntegerField(default=3),
        ),
    ]
