"""The cells of a column that is not used, for who uploaded the file alone: read from it anew, never stored."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator

from gridwalk.accounts.rules import Viewer
from gridwalk.core import files
from gridwalk.core.queries import NotHere
from gridwalk.ledger import cells
from gridwalk.method import text
from gridwalk.reconcile.models import Import
from gridwalk.reconcile.queries.annotated import OwnFileOnly
from gridwalk.reconcile.queries.submissions import get_submission

SHOWN = 200
"""Distinct cells that are shown."""
NOT_YOURS = "没有打开：这一列的内容只给上传这份台账的人看。"


def cells_of(viewer: Viewer, submission: uuid.UUID, header: str) -> list[tuple[str, int]]:
    """What stands in the column, the most frequent first, each with how often.

    Raises OwnFileOnly for somebody else; NotHere where the column is used or refused, or the file has expired.
    """
    ledger = get_submission(viewer, Import, submission)
    if viewer.id is None or ledger.file.owner != viewer.id:
        raise OwnFileOnly(NOT_YOURS)
    if ledger.file.erased_at is not None or header not in {column.header for column in ledger.unused}:
        raise NotHere
    return Counter(_cells(ledger, header)).most_common(SHOWN)


def _cells(ledger: Import, header: str) -> Iterator[str]:
    sheets = {sheet.name: sheet.rows for sheet in cells.read(files.read(ledger.file_id), ledger.name)[1]}
    for understood in ledger.mapping["left"]["sheets"]:
        first = (understood["header_row"] or 1) - 1 + understood["header_height"]
        rows = sheets.get(understood["name"], [])[first : understood["last"]]
        for column in understood["columns"]:
            if column["header"] == header and ledger.is_unused(column):
                at = _index(column["letter"])
                written = (text.fold(row[at]) for row in rows if at < len(row))
                yield from (cell for cell in written if cell)


def _index(letters: str) -> int:
    """The 0-based column behind its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
