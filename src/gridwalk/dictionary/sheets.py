"""web/phone/fields.json, rendered from the fields: what the phone knows of each, and what its sheets ask for.

A test holds the file to it.
"""

from __future__ import annotations

import json
from typing import Any

from gridwalk.dictionary import fields
from gridwalk.dictionary.readers import Number
from gridwalk.dictionary.types import Field


def _of(field: Field) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": field.name, "column": field.column}
    if field.form.door is None:
        return entry
    entry |= {"label": field.form.asks or field.label, "never_empty": field.never_empty}
    if field.unit:
        entry["unit"] = field.unit
    if field.index:
        entry["number"] = field.index
    if field.beside:
        beside = field.beside
        entry["papers"] = [[beside.choices[code][0], shape] for code, shape in beside.shapes.items()]
    if isinstance(field.read, Number):
        entry["range"] = [field.read.lowest, field.read.highest]
    if field.choices:
        entry["options"] = [list(option) for option in field.offered.items()]  # an object of ours loses its order there
    if field.form.group:
        entry["group"] = field.form.group
    if field.form.when:
        entry["when"] = {name: list(values) for name, values in field.form.when.items()}
    return entry


def render() -> str:
    """The whole file: by kind, the fields that the sheet at the door offers, in its order, those only kept, and
    the names of those that a check asks again.
    """
    by_kind = {
        kind: {
            "at_door": [_of(field) for field in fields.at_door(kind)],
            "kept": [_of(field) for field in fields.on_phone(kind) if field.form.door is None],
            "asked_again": [field.name for field in fields.asked_again(kind)],
        }
        for kind in fields.KINDS
        if fields.on_phone(kind)
    }
    return json.dumps(by_kind, ensure_ascii=False, indent=2) + "\n"
