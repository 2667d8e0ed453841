"""What a street sets of its online checks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CheckSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("street", models.CharField(max_length=9)),
                ("check_code", models.CharField(max_length=24)),
                ("is_on", models.BooleanField()),
                ("thresholds", models.JSONField(default=dict)),
                ("set_by_name", models.CharField(max_length=40)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("street", "check_code"), name="check_setting_once")],
            },
        ),
    ]
