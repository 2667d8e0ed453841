"""Labels of states in the words of the glossary; no value changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reconcile", "0010_ticked"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stagedrow",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "待入库"),
                    ("created", "新建"),
                    ("changed", "已更新"),
                    ("same", "一致"),
                    ("refused", "没导入"),
                    ("undone", "已撤销"),
                    ("stayed", "撤销时留下"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="state",
            field=models.CharField(
                choices=[
                    ("mapping", "等您核对列"),
                    ("applying", "正在入库"),
                    ("comparing", "正在比对"),
                    ("paused", "停下了"),
                    ("done", "办好了"),
                    ("failed", "没读成"),
                    ("cancelled", "已放弃"),
                    ("rehearsing", "正在预看"),
                    ("ready", "看过，等入库"),
                    ("undoing", "正在撤销"),
                    ("undone", "已撤销"),
                ],
                default="mapping",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="unmatched",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "待定"),
                    ("registered", "已登记"),
                    ("at_door", "上门核实"),
                    ("set_aside", "已搁置"),
                    ("strike_off", "已提交注销登记"),
                    ("kept", "保留"),
                    ("same", "是同一条"),
                    ("different", "不是同一条"),
                    ("gone", "新一次比对里没有了"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="unmatched",
            name="what",
            field=models.CharField(
                choices=[
                    ("ledger_only", "台账有、系统没有"),
                    ("register_only", "系统有、台账没有"),
                    ("question", "疑似同一条"),
                ],
                max_length=14,
            ),
        ),
    ]
