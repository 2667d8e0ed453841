"""What a password must be like beyond Django's own rules."""

from __future__ import annotations

from django.core.exceptions import ValidationError

KINDS = 3


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
