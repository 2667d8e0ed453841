from django.db import migrations, models

DECIDED_BEFORE = """
UPDATE sync_op o SET settled_at = r.decided_at FROM sync_returned r WHERE r.op_id = o.id AND r.decided_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_badge")]

    operations = [
        migrations.AddField(model_name="op", name="settled_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(DECIDED_BEFORE, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="op",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False)), fields=["user", "settled_at"], name="op_settled"
            ),
        ),
        migrations.AddIndex(
            model_name="op",
            index=models.Index(
                condition=models.Q(("state", "difference")), fields=["user", "received_at"], name="op_asked"
            ),
        ),
    ]
