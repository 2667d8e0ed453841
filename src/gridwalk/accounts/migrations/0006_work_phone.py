"""By which telephone somebody is reached at work, sealed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_resets_by_two"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="work_phone_sealed",
            field=models.TextField(blank=True),
        ),
    ]
