"""Sessions that lay under their keys end: everybody signs in once more. What was typed as a name is forgotten."""

from typing import Any

from django.db import migrations


def forget(apps: Any, editor: Any) -> None:
    apps.get_model("sessions", "Session").objects.all().delete()
    apps.get_model("usersessions", "UserSession").objects.all().delete()
    apps.get_model("axes", "AccessAttempt").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_substitutes"),
        ("axes", "0001_initial"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
