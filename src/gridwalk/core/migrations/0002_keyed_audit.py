"""From here on the audit's links have a key; what was linked before is vouched for as it stands."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from gridwalk.core import envelope
from gridwalk.core.audit import chain


def vouch(apps: Any, editor: Any) -> None:
    key = envelope.mark_key("audit")
    for end in apps.get_model("core", "AuditChain").objects.filter(seq__gt=0):
        end.unkeyed, end.anchor = end.seq, chain.anchor(end.code, end.seq, end.head, key=key)
        end.save(update_fields=["unkeyed", "anchor"])


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AddField("auditchain", "unkeyed", models.BigIntegerField(default=0)),
        migrations.AddField("auditchain", "anchor", models.CharField(blank=True, max_length=72)),
        migrations.RunPython(vouch, migrations.RunPython.noop),
    ]
