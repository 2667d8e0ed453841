"""The index of names answers with every field of the list; who has no telephone is few, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0014_words"),
        ("territory", "0004_desks"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="person",
            name="person_by_text",
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["name", "sort_key", "id"],
                include=(
                    "grid",
                    "merged_into",
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
                name="person_by_text",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", True), ("phone_index", "")),
                fields=["grid"],
                include=(
                    "id",
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
                name="person_no_phone",
            ),
        ),
    ]
