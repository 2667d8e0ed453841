from django.db import migrations


class Migration(migrations.Migration):
    """The names of files and sheets go from the history; the row stays."""

    dependencies = [("core", "0002_keyed_audit")]

    operations = [
        migrations.RunSQL(
            "UPDATE core_change SET source_ref = substring(source_ref from '第 [0-9]+ 行$')"
            " WHERE source_ref ~ ' 第 [0-9]+ 行$'",
            migrations.RunSQL.noop,
        )
    ]
