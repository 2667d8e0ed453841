"""Stored files keep no hash of what is in them, reasons no end of a number: of a ledger of one row, and of an ID number
beside a birth date, little else is unknown.
"""

from typing import Any

from django.db import migrations
from psycopg import sql

STARRED = r"\*{6}[0-9Xx]{2}"
"""How reasons kept the last two places of a number."""


def star_whole(_: Any, editor: Any) -> None:
    """Star numbers in reasons and notes whole. The audit stays as it was written: it is a chain."""
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND column_name ~ '(^|_)(reason|note)$' AND data_type IN ('text', 'character varying')"
            " AND table_name <> 'core_auditentry'"
        )
        for table, column in cursor.fetchall():
            starred = sql.SQL("UPDATE {0} SET {1} = regexp_replace({1}, %s, '******', 'g') WHERE {1} ~ %s")
            cursor.execute(starred.format(sql.Identifier(table), sql.Identifier(column)), [STARRED, STARRED])


class Migration(migrations.Migration):
    dependencies = [("core", "0003_sources_without_names")]

    operations = [
        migrations.RunPython(star_whole, migrations.RunPython.noop),
        migrations.RemoveField(model_name="storedfile", name="sha256"),
    ]
