"""Labels of states in the words of the glossary; no value changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_changed_paused_closed"),
    ]

    operations = [
        migrations.AlterField(
            model_name="target",
            name="state",
            field=models.CharField(
                choices=[
                    ("remaining", "待走访"),
                    ("visited", "已走访"),
                    ("explained", "已登记原因"),
                    ("pending", "待复核"),
                    ("left", "已出范围"),
                ],
                default="remaining",
                max_length=10,
            ),
        ),
    ]
