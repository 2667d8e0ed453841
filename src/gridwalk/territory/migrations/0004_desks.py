"""The desk of each community: its telephone, address and hours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("territory", "0003_set_days")]

    operations = [
        migrations.AddField(
            model_name="area",
            name="desk_phone",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="area",
            name="desk_address",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="area",
            name="desk_hours",
            field=models.CharField(blank=True, max_length=40),
        ),
    ]
