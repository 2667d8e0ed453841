"""The inspector is called 核查员."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_staff_number_in_the_street")]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="role",
            field=models.CharField(
                choices=[
                    ("grid_worker", "网格员"),
                    ("community_lead", "社区书记（网格长）"),
                    ("community_clerk", "社区工作者（数据员）"),
                    ("street_centre", "街道网格中心"),
                    ("district_centre", "区网格中心"),
                    ("inspector", "核查员"),
                    ("leading_group", "领导小组"),
                    ("administrator", "管理员"),
                ],
                max_length=20,
            ),
        ),
    ]
