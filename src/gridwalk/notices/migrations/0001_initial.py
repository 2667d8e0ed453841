import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gridwalk.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gridwalk.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("grid_worker", "网格员"),
                            ("community_lead", "社区书记（网格长）"),
                            ("street_centre", "街道网格中心"),
                            ("district_centre", "区网格中心"),
                            ("inspector", "督查员"),
                            ("leading_group", "领导小组"),
                            ("administrator", "管理员"),
                        ],
                        max_length=20,
                    ),
                ),
                ("scope", models.CharField(blank=True, max_length=15)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("account", "账号"),
                            ("role", "岗位"),
                            ("investigation", "调查"),
                            ("takeover", "迁移"),
                        ],
                        max_length=16,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("about", models.CharField(blank=True, max_length=16)),
                ("entity", models.UUIDField(null=True)),
                ("told_at", models.DateTimeField(db_index=True)),
                ("told_by", models.CharField(max_length=40)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=40)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["role", "scope"], name="notices_not_role_0baeeb_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", ""), ("user__isnull", False)),
                            models.Q(("user__isnull", True), models.Q(("role", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="notice_to_account_or_post",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="notices.notice"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("notice", "user"), name="notice_read_once")],
            },
        ),
    ]
