"""手机: activation codes, devices, badges, the outbox handed in as a file."""

from __future__ import annotations

import uuid

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.console import downloads, pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.sync import rules as sync
from gridwalk.sync.actions import badges, copies, depositing
from gridwalk.sync.actions import devices as actions
from gridwalk.sync.messages import as_uuid
from gridwalk.sync.queries import badges as photos
from gridwalk.sync.queries import devices as known
from gridwalk.territory import queries as territory

MOST_FILE_BYTES = 16 << 20


@require_GET
def devices(request: Signed) -> HttpResponse:
    """Which phones are bound to whom, when each was last heard of, what it still holds."""
    scope = pages.narrowed(request, Verb.MANAGE_DEVICES)
    rows = known.visible(request.viewer, scope, clock.local_date(request.at))
    workers = _workers(request)
    with_photo = photos.with_photo([user for user, _, _ in workers])
    context = {
        "rows": rows,
        "where": territory.scope_name(scope) if scope else "",
        "badges": [(user, name) for user, name, _ in workers if user in with_photo],
        "places": territory.place_names([row.scope for row in rows]),
        "workers": workers,
        "n_active": sum(row.state == "active" for row in rows),
        "lasts": int(sync.CODE_LASTS.total_seconds() // 60),
    }
    return page(request, "console/devices/list.html", context, active="console:devices")


def _workers(request: Signed) -> list[tuple[uuid.UUID, str, str]]:
    """Whom a code may be made for: (user, name, where)."""
    today = clock.local_date(request.at)
    standing = [
        post
        for scope in request.viewer.scopes(Verb.MANAGE_DEVICES)
        for post in (*accounts.workers(scope, today), *accounts.inspectors(scope, today))
    ]
    places = territory.place_names([grid for _, _, grid in standing])
    names = {user: name for user, name, _ in standing}
    where = {pk: "、".join(places[grid] for user, _, grid in standing if user == pk) for pk in names}
    return sorted(((user, name, where[user]) for user, name in names.items()), key=lambda row: (row[2], row[1]))


@require_POST
def device_code(request: Signed) -> HttpResponse:
    """A one-time code, shown once, with its QR: address and code, nothing else."""
    user = as_uuid(request.POST.get("user", ""))
    if user is None:
        messages.error(request, "没有生成：请选一位网格员或核查员。")
        return redirect("console:devices")
    code, until = actions.make_code(actor=request.viewer, at=request.at, user=user)
    address = request.build_absolute_uri(f"/phone/#code={code}")
    context = {
        "code": code,
        "until": until,
        "name": next((name for pk, name, _ in _workers(request) if pk == user), ""),
        "address": request.build_absolute_uri("/phone/"),
        "qr": segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        "secure": request.is_secure(),
    }
    return page(request, "console/devices/code.html", context, active="console:devices")


@require_POST
def device_revoke(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Take a phone back: it hands in what it holds, then it is wiped."""
    try:
        actions.revoke(actor=request.viewer, at=request.at, device=pk, reason=request.POST.get("reason", ""))
    except actions.DeviceError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            "已停用，副本也一起停了。手机下次联网时先交回还没传的内容，再清空；交回的在“手机退回”里等处理。",
        )
    return redirect("console:devices")


@require_POST
def device_confirm(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """确认这部副本: from now on it reads and sends."""
    try:
        copy = copies.confirm(actor=request.viewer, at=request.at, device=pk)
    except actions.DeviceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"确认了 {copy.user.name} 的副本，手机下次联网时接着传。")
    return redirect("console:devices")


@require_POST
def outbox_import(request: Signed) -> HttpResponse:
    """Take an exported outbox: for a phone that cannot get to the network any more."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > MOST_FILE_BYTES:
        messages.error(request, "没有导入：请选手机导出的待传文件（.gwo）。")
        return redirect("console:devices")
    try:
        taken = depositing.import_file(actor=request.viewer, at=request.at, data=file.read())
    except depositing.NoOutbox as error:
        messages.error(request, str(error))
    else:
        answer = f"导入了 {taken.n_new} 条，{taken.n_known} 条服务器已有。"
        if taken.n_unreadable:
            answer += f"{taken.n_unreadable} 条打不开，原样留着；请查看服务器的密钥是否换过。"
        messages.success(request, answer)
    return redirect("console:devices")


@require_POST
def badge_set(request: Signed) -> HttpResponse:
    """Put a photo on a worker's badge."""
    user, file = as_uuid(request.POST.get("user", "")), request.FILES.get("photo")
    if user is None or file is None:
        messages.error(request, "没有存：请选一位网格员和一张照片。")
        return redirect("console:devices")
    try:
        badges.set_photo(actor=request.viewer, at=request.at, user=user, data=file.read(badges.MOST_BYTES + 1))
    except badges.BadgeRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "照片放上工牌了，手机下次联网时就有。")
    return redirect("console:devices")


@require_POST
def badge_remove(request: Signed, user: uuid.UUID) -> HttpResponse:
    """Take the photo off a worker's badge."""
    badges.remove_photo(actor=request.viewer, at=request.at, user=user)
    messages.success(request, "照片撤下了，文件已清除。手机下次联网时跟着撤下。")
    return redirect("console:devices")


@require_GET
def badge_photo(request: Signed, user: uuid.UUID) -> HttpResponse:
    """The photo on a badge, as its worker shows it."""
    return downloads.picture(badges.get_photo(actor=request.viewer, at=request.at, user=user))
