from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def take_the_planned_day(apps: Any, _: Any) -> None:
    """What was held before is known to have been held on the day planned for it, or later: nothing better is kept."""
    apps.get_model("followup", "Meeting").objects.filter(state="held").update(held_on=F("on"))


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0004_entry_order"),
    ]

    operations = [
        migrations.AddField("meeting", "held_on", models.DateField(null=True)),
        migrations.AddField("meeting", "present", models.CharField(blank=True, default="", max_length=200), False),
        migrations.AddField("meeting", "excused", models.CharField(blank=True, default="", max_length=200), False),
        migrations.RunPython(take_the_planned_day, migrations.RunPython.noop),
        migrations.AddConstraint(
            "meeting",
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_on__isnull=False), name="meeting_held_on_its_day"
            ),
        ),
    ]
