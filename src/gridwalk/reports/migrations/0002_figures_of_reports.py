"""Reports have figures with ids as the documents of meetings do: a document need not be of a meeting."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def say_the_street(apps: Any, schema_editor: Any) -> None:
    """What was made so far is of a meeting, and about its street."""
    meetings = apps.get_model("followup", "Meeting").objects.filter(pk=OuterRef("meeting"))
    apps.get_model("reports", "Document").objects.update(scope=Subquery(meetings.values("street")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="scope",
            field=models.CharField(default="", max_length=15),
            preserve_default=False,
        ),
        migrations.RunPython(say_the_street, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="document",
            name="meeting",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="followup.meeting",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pack", "座谈会材料"),
                    ("minutes", "座谈会纪要"),
                    ("summary", "总结材料"),
                    ("weekly", "周报表"),
                    ("progress", "走访进度"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["at"], name="document_at"),
        ),
    ]
