"""Labels of states in the words of the glossary; no value changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0013_names_keyed_anew"),
    ]

    operations = [
        migrations.AlterField(
            model_name="casedecision",
            name="state",
            field=models.CharField(
                choices=[("standing", "有效"), ("undone", "已撤销"), ("replaced", "重新核定过")],
                default="standing",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="difference",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "待决定"),
                    ("accepted", "已采用"),
                    ("kept", "保留登记"),
                    ("to_door", "上门核实"),
                    ("closed", "已消失"),
                ],
                default="open",
                max_length=10,
            ),
        ),
    ]
