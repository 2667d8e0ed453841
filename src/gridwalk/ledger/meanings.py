"""What one cell means under its column's heading, for its own field and for others."""

from __future__ import annotations

from typing import Any

from gridwalk.dictionary import fields as dictionary
from gridwalk.dictionary.choices import PERSON_STATUS
from gridwalk.dictionary.types import Parsed

_STATUS_WORDS = {word: code for code, words in PERSON_STATUS.items() for word in words if code != "active"}


def parse(kind: str, field: str, header: str, raw: Any) -> Parsed:
    """The cell as a value of ``field``, or as the answer to a heading that asks (是否空置)."""
    return dictionary.answer(kind, field, header, raw) or dictionary.parse(kind, field, raw)


def values_beside(kind: str, field: str, raw: Any, parsed: Parsed) -> dict[str, str]:
    """What a cell says beside its own field: 居住状况: 出租 of the tenure, 王伟(已故) of the person's status, 王伟(长子)
    of the relation.
    """
    if parsed.fault == "choice":
        return dictionary.mixed(kind, field, raw)
    if parsed.note and kind == "person" and field == "name":
        status = next((code for word, code in _STATUS_WORDS.items() if word in parsed.note), "")
        if status:
            return {"status": status}
        told = ((field, dictionary.parse(kind, field, parsed.note).value) for field in ("residence_kind", "relation"))
        return next(({field: str(value)} for field, value in told if value), {})
    return {}
