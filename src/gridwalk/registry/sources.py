"""Where a ledger's value came from, as it is stored beside the value: a file's id, a sheet's number, a row.

Never a name: the names of files and sheets say what their people are listed for.
"""

from __future__ import annotations

import dataclasses
import re
import uuid

OF_A_SAMPLE = "sample:"
"""How the reference of what was said in a spot check begins; its source says 抽查, and the draw is of no matter here."""
_REF = re.compile(r"([0-9a-f-]{36}):(\d+):(\d+)")


@dataclasses.dataclass(frozen=True)
class Source:
    """``sheet``: which of the sheets that were read, 0 where there was one."""

    file: uuid.UUID
    sheet: int
    row: int

    @property
    def ref(self) -> str:
        """As it is stored."""
        return f"{self.file}:{self.sheet}:{self.row}"

    def words(self, name: str) -> str:
        """As it is read; ``name``: the file's, empty for who may not see the import."""
        sheet = f"第 {self.sheet} 张表" if self.sheet else ""
        return f"{name or '台账'} {sheet}第 {self.row} 行"


def parse(ref: str) -> Source | None:
    """A stored reference; None where it is none of a ledger's."""
    match = _REF.fullmatch(ref)
    return Source(uuid.UUID(match[1]), int(match[2]), int(match[3])) if match else None
