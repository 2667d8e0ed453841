"""JSON as phones send it, read so that nothing is lost: what no reader takes stays as it was spelled."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

UNREAD = "\x00"
"""The name under which stands what was not read, as it was spelled. No column takes it, so it is a fault of its op."""
DEEPEST = 64
"""So deep an op may be nested; phones need eight."""
LONGEST_WHOLE, LONGEST_NUMBER = 20, 25
"""Characters of a whole number, and of any other: no column and no double has more."""

_STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
"""A string that does not end goes to the end of the text, so that no text is walked more than once."""


def read(text: str | bytes, *, around: int = 0) -> Any:
    """JSON as plain values. Raises ValueError.

    ``around``: how many brackets stand around an op, so that it is read the same whatever it came in.
    """
    spelled = text.decode(json.detect_encoding(text), "surrogatepass") if isinstance(text, bytes) else text
    try:
        return _DECODER.decode(_flattened(spelled, DEEPEST + around))
    except RecursionError as error:  # brackets that never close
        raise ValueError("brackets") from error


def unread(spelled: str) -> dict[str, str]:
    """What stands in the place of something that was not read."""
    return {UNREAD: spelled}


def as_object(value: Any) -> Mapping[str, Any]:
    """An object as it is; anything else under the name of what was not read."""
    return value if isinstance(value, Mapping) else {UNREAD: value}


def _flattened(text: str, deepest: int) -> str:
    """``text`` with its spelling in the place of each value that is nested deeper."""
    if text.count("[") + text.count("{") <= deepest:
        return text
    parts: list[str] = []
    depth = begins = done = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        bracket = token[0]
        if bracket in "[{":
            depth += 1
            if depth == deepest + 1:
                begins = token.start()
        elif bracket in "]}":
            if depth == deepest + 1:
                parts += [text[done:begins], json.dumps(unread(text[begins : token.end()]))]
                done = token.end()
            depth -= 1
    return "".join([*parts, text[done:]])


def _whole(spelled: str) -> Any:
    return int(spelled) if len(spelled) <= LONGEST_WHOLE else unread(spelled)


def _number(spelled: str) -> Any:
    number = float(spelled)
    return number if math.isfinite(number) and len(spelled) <= LONGEST_NUMBER else unread(spelled)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    return values if len(values) == len(pairs) else {UNREAD: [list(pair) for pair in pairs]}  # a name twice


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_number, parse_constant=unread, object_pairs_hook=_object)
