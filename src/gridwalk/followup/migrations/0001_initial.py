"""Matters, their entries, their numbers."""

import django.db.models.deletion
from django.db import migrations, models

import gridwalk.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0004_nothing_beside_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Matter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gridwalk.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("street", models.CharField(max_length=9)),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("grid", models.CharField(max_length=15)),
                ("level", models.CharField(max_length=10)),
                (
                    "kind",
                    models.CharField(
                        choices=[("finding", "整改"), ("decision", "会议"), ("hazard", "隐患"), ("request", "诉求")],
                        max_length=10,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("extent", "举一反三"),
                            ("handling", "办理"),
                            ("passed_on", "已转办"),
                            ("recheck", "待复核"),
                            ("effect", "回头看"),
                            ("closed", "办结"),
                            ("dropped", "不成立"),
                        ],
                        max_length=10,
                    ),
                ),
                ("source", models.CharField(max_length=10)),
                ("title", models.CharField(max_length=60)),
                ("text_sealed", models.TextField(blank=True)),
                ("photos", models.JSONField(default=list)),
                ("place_kind", models.CharField(blank=True, max_length=16)),
                ("place", models.UUIDField(null=True)),
                ("author", models.UUIDField(null=True)),
                ("author_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("effect_on", models.DateField(null=True)),
                ("handed_in_by", models.UUIDField(null=True)),
                ("outside", models.CharField(blank=True, max_length=60)),
                ("outside_number", models.CharField(blank=True, max_length=40)),
                ("pressed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["grid", "due_on"], name="matter_grid_due", opclasses=["varchar_pattern_ops", "date_ops"]
                    ),
                    models.Index(condition=models.Q(("place__isnull", False)), fields=["place"], name="matter_place"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("street", "year", "number"), name="matter_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("level", "grid"), ("place__isnull", False)),
                            models.Q(("level", "grid"), _negated=True),
                            _connector="OR",
                        ),
                        name="matter_of_grid_has_place",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Numbering",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("street", models.CharField(max_length=9)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("street", "year"), name="matter_numbering")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gridwalk.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("noted", "noted"),
                            ("extent_noted", "extent_noted"),
                            ("extent_done", "extent_done"),
                            ("handed_in", "handed_in"),
                            ("passed", "passed"),
                            ("sent_back", "sent_back"),
                            ("held", "held"),
                            ("relapsed", "relapsed"),
                            ("passed_on", "passed_on"),
                            ("came_back", "came_back"),
                            ("dropped", "dropped"),
                            ("reopened", "reopened"),
                            ("due_changed", "due_changed"),
                            ("handed_over", "handed_over"),
                            ("pressed", "pressed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text_sealed", models.TextField(blank=True)),
                ("data", models.JSONField(default=dict)),
                ("by", models.UUIDField(null=True)),
                ("by_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="core.storedfile"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="followup.matter"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["matter", "at"], name="matter_entries")],
            },
        ),
    ]
