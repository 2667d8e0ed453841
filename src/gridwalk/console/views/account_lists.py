"""加几个人: accounts and their roles from rows copied out of a workbook, all or none."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from gridwalk.accounts import actions
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.rules import LABELS, Role
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.accounts import scopes_of
from gridwalk.core import clock

MOST = 60
COLUMNS = 5
BETWEEN = re.compile(r"\t|[,，]")


@dataclasses.dataclass(frozen=True)
class Line:
    """One person of the list."""

    name: str
    username: str
    post: str
    role: Role
    scope: str


@require_http_methods(["GET", "POST"])
def account_list(request: Signed) -> HttpResponse:
    """Accounts with one-time passwords, told once; roles that see rows then wait for the street centre."""
    places = {name: scope for scope, name in scopes_of(request.viewer)}
    typed = request.POST.get("list", "")
    if request.method == "POST":
        try:
            made = _make(request, _lines(typed, places))
        except AccountError as error:
            messages.error(request, str(error))
        else:
            return page(request, "console/accounts/passwords_once.html", {"made": made}, active="console:accounts")
    context = {"typed": typed, "roles": LABELS.values(), "places": places, "most": MOST}
    return page(request, "console/accounts/several.html", context, active="console:accounts")


def _make(request: Signed, lines: list[Line]) -> list[dict[str, str]]:
    made = []
    with transaction.atomic():
        for number, line in enumerate(lines, 1):
            password = actions.random_password()
            try:
                user = actions.create_user(
                    actor=request.viewer,
                    at=request.at,
                    username=line.username,
                    name=line.name,
                    post=line.post,
                    password=password,
                )
                actions.assign(
                    actor=request.viewer,
                    at=request.at,
                    user=user.id,
                    role=line.role,
                    scope=line.scope,
                    from_on=clock.local_date(request.at),
                )
            except AccountError as error:
                raise AccountError(f"第 {number} 行：{error}都没有存。") from error
            made.append({"name": user.name, "username": user.username, "password": password})
    return made


def _lines(typed: str, places: Mapping[str, str]) -> list[Line]:
    """Raises AccountError for the first line that cannot be read."""
    rows = [row for row in typed.splitlines() if row.strip()]
    if not 0 < len(rows) <= MOST:
        raise AccountError(f"都没有存：一次 1 到 {MOST} 行，一行一个人。")
    return [_line(number, row, places) for number, row in enumerate(rows, 1)]


def _line(number: int, row: str, places: Mapping[str, str]) -> Line:
    cells = [cell.strip() for cell in BETWEEN.split(row)]
    if len(cells) != COLUMNS:
        raise AccountError(
            f"第 {number} 行：要有姓名、登录名、职务、岗位、范围五格，这里是 {len(cells)} 格。都没有存。"
        )
    name, username, post, role, place = cells
    by_label = {label: code for code, label in LABELS.items()}
    if role not in by_label:
        raise AccountError(f"第 {number} 行：没有“{role}”这个岗位。都没有存。")
    scope = places.get(place, place if place in places.values() else None)
    if scope is None:
        raise AccountError(f"第 {number} 行：没有“{place}”这个范围，写名称或代码。都没有存。")
    return Line(name, username, post, by_label[role], scope)
