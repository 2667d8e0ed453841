"""A device knows the phone it is a copy of at the root, and when it was let in."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

ROOTS = """
UPDATE sync_device d SET root_id = (
  SELECT r.id FROM sync_device r WHERE r.public_key = d.public_key ORDER BY r.activated_at, r.id LIMIT 1
)
"""
CONFIRMED = "UPDATE sync_device SET confirmed_at = activated_at WHERE cloned_from_id IS NULL"
REVOKED = """
UPDATE sync_device d SET revoked_at = r.revoked_at, revoked_reason = r.revoked_reason FROM (
  SELECT DISTINCT ON (root_id) root_id, revoked_at, revoked_reason FROM sync_device
  WHERE revoked_at IS NOT NULL ORDER BY root_id, revoked_at
) r WHERE r.root_id = d.root_id AND d.revoked_at IS NULL
"""
"""What was taken back is taken back with all its copies."""


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_keyed_marks")]

    operations = [
        migrations.AddField("device", "op", models.UUIDField(null=True)),
        migrations.AddField("device", "confirmed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "device",
            "root",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="lineage", to="sync.device"
            ),
        ),
        migrations.RunSQL([ROOTS, CONFIRMED, REVOKED, "SET CONSTRAINTS ALL IMMEDIATE"], migrations.RunSQL.noop),
        migrations.AlterField(
            "device",
            "root",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lineage", to="sync.device"),
        ),
    ]
