"""What a password must be like beyond Django's own rules."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

KINDS = 3
OWN_WORDS = (
    "gridwalk",
    "wangge",
    "zoufang",
    "shequ",
    "jiedao",
    "juweihui",
    "网格",
    "走访",
    "社区",
    "街道",
    "居委会",
    "管理员",
)
"""What everybody here would try first (docs/security/asvs.md names them)."""
LEAST_BESIDES = 6
LONGEST = 1000
"""Characters; whatever is shorter is taken as it was typed, by pages and phones alike (ASVS 5.0, 6.2.8)."""


class LongestValidator:
    """No longer than what is read of a password anywhere."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError."""
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """What is asked for."""
        return f"不能超过 {LONGEST:,} 个字。"


class LeakedValidator:
    """None of those that became known by leaks, where the unit has put their list (ASVS 5.0, 6.2.12).

    The file is as Pwned Passwords gives it out: ``SHA-1:count`` a line, in the order of the hashes; it is searched
    where it lies. The 20,000 most common ones are known without it.
    """

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError."""
        if not settings.LEAKED_PASSWORDS:
            return
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        try:
            with Path(settings.LEAKED_PASSWORDS).open("rb") as lines:
                leaked = _first_not_below(lines, wanted).startswith(wanted)
        except OSError as error:
            raise ValidationError("泄露密码的清单打不开，密码没有存。请告诉管理员，看 gridwalk doctor。") from error
        if leaked:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """What is asked for."""
        return "不能是已经泄露、别人手里有的密码。"


def _first_not_below(lines: BinaryIO, wanted: bytes) -> bytes:
    """The first line of a sorted file that does not come before ``wanted``; empty after the last."""
    low, high = 0, lines.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        lines.seek(max(middle - 1, 0))
        if middle:
            lines.readline()  # the rest of the line before the first that begins here or later
        if (line := lines.readline()) and line < wanted:
            low = lines.tell()
        else:
            high = middle
    lines.seek(low)
    return lines.readline()


class KindsValidator:
    """Of capital letters, small letters, digits and other characters at least three (GB/T 22239-2019, 8.1.4.1)."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError."""
        kinds = (str.isupper, str.islower, str.isdigit, lambda c: not c.isascii() or not c.isalnum())
        if sum(any(kind(c) for c in password) for kind in kinds) < KINDS:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """What is asked for."""
        return "大写字母、小写字母、数字、符号里至少要有三种。"


class OwnWordsValidator:
    """Not only of words of one's surroundings with digits and signs around them (ASVS 5.0, 6.2.11)."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError."""
        left, n = re.subn("|".join(OWN_WORDS), "", password.lower())
        if n and len(re.sub(r"[\d\W_]", "", left)) < LEAST_BESIDES:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """What is asked for."""
        return "不能只是网格、走访、社区这类词加数字。"
