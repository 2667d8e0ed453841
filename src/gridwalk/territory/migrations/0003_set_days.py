"""工作日历: days an office sets itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("territory", "0002_delete_gridplan")]

    operations = [
        migrations.CreateModel(
            name="SetDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("works", models.BooleanField()),
                ("name", models.CharField(max_length=20)),
            ],
        ),
    ]
