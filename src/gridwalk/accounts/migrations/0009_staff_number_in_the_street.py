"""工号 is once among those who work in a street, not in the installation."""

from typing import Any

from django.db import migrations, models


def write_streets(apps: Any, _: Any) -> None:
    """The street of whoever has a number: that of the first post."""
    for user in apps.get_model("accounts", "User").objects.exclude(staff_number=""):
        first = user.assignments.order_by("from_on", "id").values_list("scope", flat=True).first() or ""
        user.staff_street = first[:9]
        user.save(update_fields=["staff_street"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_password_word")]

    operations = [
        migrations.AddField(model_name="user", name="staff_street", field=models.CharField(blank=True, max_length=9)),
        migrations.RunPython(write_streets, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="user", name="staff_number_once"),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=["staff_street", "staff_number"],
                condition=models.Q(("is_active", True), models.Q(("staff_number", ""), _negated=True)),
                name="staff_number_once",
            ),
        ),
    ]
