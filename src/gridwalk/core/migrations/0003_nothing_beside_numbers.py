"""Stored files keep no hash of what is in them, reasons no end of a number: of a ledger of one row, and of an ID number
beside a birth date, little else is unknown.
"""

from typing import Any

from django.db import migrations

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
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = regexp_replace("{column}", %s, \'******\', \'g\')'  # noqa: S608
                f' WHERE "{column}" ~ %s',
                [STARRED, STARRED],
            )


class Migration(migrations.Migration):
    dependencies = [("core", "0002_keyed_audit")]

    operations = [
        migrations.RunPython(star_whole, migrations.RunPython.noop),
        migrations.RemoveField(model_name="storedfile", name="sha256"),
    ]
