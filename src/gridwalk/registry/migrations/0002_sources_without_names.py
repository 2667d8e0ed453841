from django.db import migrations

TABLES = ("dwelling", "person", "organization", "site", "facility", "residence", "carelabel", "difference")


class Migration(migrations.Migration):
    """The names of files and sheets go from where values came from; the row stays."""

    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"UPDATE registry_{table} SET source_ref = substring(source_ref from '第 [0-9]+ 行$')"  # noqa: S608
            " WHERE source_ref ~ ' 第 [0-9]+ 行$'",
            migrations.RunSQL.noop,
        )
        for table in TABLES
    ]
