"""Sessions that lay under their keys end: everybody signs in once more."""

from typing import Any

from django.db import migrations


def end_sessions(apps: Any, editor: Any) -> None:
    apps.get_model("sessions", "Session").objects.all().delete()
    apps.get_model("usersessions", "UserSession").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_substitutes"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(end_sessions, migrations.RunPython.noop)]
