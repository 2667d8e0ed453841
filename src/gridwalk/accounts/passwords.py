"""What a password must be like beyond Django's own rules."""

from __future__ import annotations

import re

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
