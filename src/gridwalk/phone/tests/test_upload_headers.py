"""What the headers of an upload say, read from whatever is sent."""

from __future__ import annotations

import base64

import pytest

from gridwalk.phone import api

HASH = "ab" * 32


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("999999999", 999_999_999),
        ("1000000000", -1),
        ("", -1),
        ("-1", -1),
        ("1.5", -1),
        ("７", -1),
        ("²", -1),
    ],
)
def test_a_number_of_bytes_has_nine_digits_at_most(header: str, number: int) -> None:
    assert api._whole(header, -1) == number


def _spelled(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "sha256"),
    [
        (f"sha256 {_spelled(HASH)}", HASH),
        (f"filename {_spelled('x.jpg')}, sha256 {_spelled(HASH)}", HASH),
        (f"sha256x {_spelled(HASH)}", ""),
        ("sha256 ?", ""),
        ("sha256 " + base64.b64encode(b"\xff").decode(), ""),
        ("", ""),
    ],
)
def test_the_hash_of_a_photo_is_one_of_its_metadata(header: str, sha256: str) -> None:
    assert api._metadata(header) == sha256
