"""allauth's forms in the words of the house: labels, and what a password must be like in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import ChangePasswordForm, SetPasswordForm
from allauth.mfa.totp.forms import ActivateTOTPForm

LABELS: Mapping[str, str] = {
    "oldpassword": "现在的密码",
    "password1": "新密码",
    "password2": "新密码，再输一次",
}
HELP = "至少 12 位；不能是常见的、全是数字的、和姓名登录名相近的，也不能只是网格、走访、社区这类词加数字。"


class _Worded:
    """A form for one's own password."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in LABELS.keys() & self.fields.keys():
            self.fields[name].label = LABELS[name]
        self.fields["password1"].help_text = HELP


class OwnPasswordForm(_Worded, ChangePasswordForm):  # type: ignore[misc]
    """Another password, beside the one that holds."""


class FirstPasswordForm(_Worded, SetPasswordForm):  # type: ignore[misc]
    """One's own password in the place of a first one."""


class SetUpCodesForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].label = "6 位动态码"
