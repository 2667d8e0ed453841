"""The indexes that keep the orders of the lists."""

import datetime

import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0010_relations_by_code"),
        ("territory", "0003_set_days"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="dwelling",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["grid", "walk_key", "id"],
                include=(
                    "usage",
                    "occupancy",
                    "tenure",
                    "area_m2",
                    "owner_name",
                    "owner_phone_index",
                    "status",
                    "verified_on",
                ),
                name="dwelling_list",
            ),
        ),
        migrations.AddIndex(
            model_name="dwelling",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    models.F("verified_on"), models.Value(datetime.date(1, 1, 1))
                ),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                include=("grid", "verified_on"),
                name="dwelling_by_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="facility",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["sort_key", "id"],
                include=("grid",),
                name="facility_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="facility",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    models.F("verified_on"), models.Value(datetime.date(1, 1, 1))
                ),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                include=("grid", "verified_on"),
                name="facility_by_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["sort_key", "id"],
                include=("grid",),
                name="organization_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    models.F("verified_on"), models.Value(datetime.date(1, 1, 1))
                ),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                include=("grid", "verified_on"),
                name="org_by_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                models.F("grid"),
                django.db.models.functions.text.MD5(
                    django.db.models.functions.comparison.Cast("id", models.TextField())
                ),
                condition=models.Q(("merged_into__isnull", True)),
                include=(
                    "name",
                    "sort_key",
                    "sex",
                    "born_on",
                    "id_no_index",
                    "id_no_checked_on",
                    "phone_index",
                    "relation",
                    "registered_address",
                    "status",
                    "verified_on",
                ),
                name="person_list",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["sort_key", "id"],
                include=("grid",),
                name="person_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    models.F("born_on"), models.Value(datetime.date(1, 1, 1))
                ),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                include=("grid", "born_on"),
                name="person_by_birth",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    models.F("verified_on"), models.Value(datetime.date(1, 1, 1))
                ),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                include=("grid", "verified_on"),
                name="person_by_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="residence",
            index=models.Index(
                condition=models.Q(("to_on__isnull", True)), fields=["kind", "person"], name="residence_by_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True)),
                fields=["sort_key", "id"],
                include=("grid",),
                name="site_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce(
                    models.F("verified_on"), models.Value(datetime.date(1, 1, 1))
                ),
                models.F("id"),
                condition=models.Q(("merged_into__isnull", True)),
                include=("grid", "verified_on"),
                name="site_by_verified",
            ),
        ),
    ]
