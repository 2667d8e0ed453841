"""Resets that a second person confirms."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gridwalk.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sessions_under_marks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reset",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gridwalk.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("what", models.CharField(choices=[("password", "口令"), ("codes", "动态码")], max_length=10)),
                ("password", models.CharField(blank=True, max_length=128)),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "proposed"), ("confirmed", "confirmed"), ("declined", "declined")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="resets", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("user", "what"), name="reset_asked_for_once"
                    )
                ],
            },
        ),
    ]
