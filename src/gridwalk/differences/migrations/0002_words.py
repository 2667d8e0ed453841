"""Labels of states in the words of the glossary; no value changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("differences", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="decisionbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "正在定"),
                    ("paused", "没定完"),
                    ("done", "定好了"),
                    ("undoing", "正在撤销"),
                    ("undone", "已撤销"),
                ],
                default="running",
                max_length=10,
            ),
        ),
    ]
