"""账号: accounts, their areas and times, passwords and second factors."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gridwalk.accounts import actions, first_passwords, persons, queries
from gridwalk.accounts.rules import LABELS, Role, State, Verb, Viewer
from gridwalk.console import choosing, pages, parameters, plain_lists
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.notices import actions as notices
from gridwalk.operations.office import queries as office
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.upkeep.queries import posts

PAGE = 100


@require_GET
def accounts(request: Signed) -> HttpResponse:
    """Everybody with an account, and what they may do where."""
    today = clock.local_date(request.at)
    look, offset = choosing.look(request, plain_lists.accounts(request.viewer)), pages.offset(request)
    users, n = office.users(request.viewer, look.selection, limit=PAGE, offset=offset)
    names = territory.place_names(a.scope for user in users for a in user.assignments.all())
    rows = [
        (
            user,
            [
                (LABELS[Role(a.role)], names[a.scope], a)
                for a in user.assignments.all()
                if a.state != State.DECLINED and (a.to_on is None or a.to_on >= today)
            ],
        )
        for user in users
    ]
    scopes = [codes.scope_of(area.code) for area in territory.areas(request.viewer, level="community")]
    managed = [scope for scope in scopes if request.viewer.may(Verb.MANAGE_ACCOUNTS, scope)]
    alone = sorted(persons.alone(managed, today))
    called = territory.place_names(alone)
    context = {
        "rows": rows,
        "n": n,
        "first": offset,
        "next": offset + PAGE,
        "look": look,
        "coded": queries.with_second_factor([user.pk for user in users]),
        "alone": [called[scope] for scope in alone],
    }
    return page(request, "console/accounts/list.html", context, active="console:accounts")


@require_http_methods(["GET", "POST"])
def account_new(request: Signed) -> HttpResponse:
    """A new account with a random password, told once."""
    if request.method == "POST":
        password = actions.random_password()
        try:
            user = actions.create_user(
                actor=request.viewer,
                at=request.at,
                username=request.POST.get("username", ""),
                name=request.POST.get("name", ""),
                post=request.POST.get("post", ""),
                work_phone=request.POST.get("phone", ""),
                staff_number=request.POST.get("number", ""),
                password=password,
            )
        except actions.AccountError as error:
            messages.error(request, str(error))
        else:
            return page(
                request,
                "console/accounts/password_once.html",
                {"user_": user, "password": password},
                active="console:accounts",
            )
    return page(request, "console/accounts/new.html", {"typed": request.POST}, active="console:accounts")


@require_GET
def account(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """One account with its dated assignments."""
    user = queries.get_user(request.viewer, pk)
    names = territory.place_names(a.scope for a in user.assignments.all())
    today = clock.local_date(request.at)
    rows = [(a, LABELS[Role(a.role)], names[a.scope]) for a in user.assignments.all()]
    waiting = [a for a in user.assignments.all() if a.state == State.PROPOSED and (a.to_on is None or a.to_on >= today)]
    context = {
        "user_": user,
        "rows": rows,
        "roles": LABELS.items(),
        "scopes": scopes_of(request.viewer),
        "today": today,
        "handovers": posts.undoable(request.viewer, user.id, request.at),
        "nobody_confirms": any(not queries.can_be_confirmed(a.scope, today) for a in waiting),
        "locked": queries.is_locked(request.viewer, user.id, request.at),
        "code_missing": queries.second_factor_missing(user),
        "work_phone": queries.work_phone(user),
        "first_until": first_passwords.holds_until(user),
        "first_ran_out": first_passwords.ran_out(user, request.at),
    }
    return page(request, "console/accounts/show.html", context, active="console:accounts")


def scopes_of(viewer: Viewer) -> list[tuple[str, str]]:
    """Where the viewer may give somebody a post: 全部 where they hold it, the areas from the province down, the grids."""
    areas = [codes.scope_of(area.code) for area in territory.areas(viewer)]
    grids = [g.code for g in territory.grids(viewer, scope="", verb=Verb.MANAGE_ACCOUNTS) if g.kind != "unassigned"]
    scopes = [scope for scope in ("", *areas, *grids) if viewer.may(Verb.MANAGE_ACCOUNTS, scope)]
    names = territory.place_names(scopes)
    return [(scope, names[scope]) for scope in scopes]


@require_POST
def assign(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Give a role over an area."""
    user = queries.get_user(request.viewer, pk)
    try:
        assignment = actions.assign(
            actor=request.viewer,
            at=request.at,
            user=user.id,
            role=Role(request.POST.get("role", "")),
            scope=_scope_of(request),
            from_on=parameters.day_of(request.POST.get("from_on", "")),
            to_on=parameters.day_of(to_on) if (to_on := request.POST.get("to_on", "")) else None,
            responsible=request.POST.get("responsible") == "1",
        )
    except ValueError:
        messages.error(request, "没有存：岗位、范围和开始日期都要填。")
    except actions.AccountError as error:
        messages.error(request, str(error))
    else:
        waits = assignment.state == State.PROPOSED
        messages.success(request, "已提交，街道网格中心确认后生效。" if waits else "已保存，从开始日期起生效。")
    return redirect("console:account", pk)


def _scope_of(request: Signed) -> str:
    """The area that was chosen; ``all`` is everything, and nothing is none. Raises ValueError."""
    scope = request.POST.get("scope", "")
    if not scope:
        raise ValueError(scope)
    return "" if scope == "all" else scope


@require_POST
def reset_password(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A fresh random password, told once."""
    user = queries.get_user(request.viewer, pk)
    slip = notices.reset_password(actor=request.viewer, at=request.at, user=user)
    context = {"user_": user, "password": slip.password, "waits": slip.waits}
    return page(request, "console/accounts/password_once.html", context, active="console:accounts")


@require_POST
def reset_second_factor(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A lost phone: one-time codes are set up anew at the next sign-in."""
    user = queries.get_user(request.viewer, pk)
    waits = notices.reset_second_factor(actor=request.viewer, at=request.at, user=user)
    done = "提上去了，街道网格中心问过本人、确认后才清掉；" if waits else "已清掉动态码，本人下次登录时重新设置。"
    messages.success(request, f"{done}本人和街道网格中心会收到通知。")
    return redirect("console:account", pk)


@require_POST
def unlock(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Wrong passwords have locked somebody out: they may try again."""
    user = queries.get_user(request.viewer, pk)
    actions.unlock(actor=request.viewer, at=request.at, user=user)
    messages.success(request, "锁已解开，现在就能再登录。")
    return redirect("console:account", pk)


@require_http_methods(["GET", "POST"])
def deactivate(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """An account is closed for good, once its posts have ended; asks first."""
    user = queries.get_user(request.viewer, pk)
    today = clock.local_date(request.at)
    posts = [a for a in user.assignments.all() if a.state != State.DECLINED and (a.to_on is None or a.to_on >= today)]
    if request.method == "POST" and not posts:
        try:
            actions.deactivate(actor=request.viewer, at=request.at, user=user)
        except actions.AccountError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{user.name}的账号停用了。")
        return redirect("console:account", pk)
    context = {"user_": user, "posts": posts}
    return page(request, "console/accounts/deactivate.html", context, active="console:accounts")


@require_POST
def change_staff_number(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """The number on somebody's badge."""
    user = queries.get_user(request.viewer, pk)
    try:
        actions.change_staff_number(
            actor=request.viewer, at=request.at, user=user, staff_number=request.POST.get("number", "")
        )
    except actions.AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "工号已保存。")
    return redirect("console:account", pk)


@require_POST
def change_work_phone(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """By which telephone somebody is reached at work."""
    user = queries.get_user(request.viewer, pk)
    try:
        actions.change_work_phone(
            actor=request.viewer, at=request.at, user=user, work_phone=request.POST.get("phone", "")
        )
    except actions.AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "工作电话已保存。")
    return redirect("console:account", pk)
