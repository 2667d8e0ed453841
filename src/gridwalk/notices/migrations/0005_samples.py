"""What became of an inspector's returned work is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_inspector_word")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("account", "账号"),
                    ("role", "岗位"),
                    ("investigation", "调查"),
                    ("takeover", "迁移"),
                    ("matter", "事项"),
                    ("sample", "抽查"),
                ],
                max_length=16,
            ),
        ),
    ]
