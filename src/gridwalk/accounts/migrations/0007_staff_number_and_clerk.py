"""工号, once among those who work; 社区工作者（数据员）."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_work_phone")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="staff_number",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), models.Q(("staff_number", ""), _negated=True)),
                fields=("staff_number",),
                name="staff_number_once",
            ),
        ),
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
                    ("inspector", "督查员"),
                    ("leading_group", "领导小组"),
                    ("administrator", "管理员"),
                ],
                max_length=20,
            ),
        ),
    ]
