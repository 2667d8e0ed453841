"""手机: activation codes, devices, the outbox handed in as a file, work that came back and waits for a decision."""

from __future__ import annotations

import uuid

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.console import pages
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.sync import rules as sync
from gridwalk.sync.actions import badges, depositing, returned
from gridwalk.sync.actions import devices as actions
from gridwalk.sync.queries import badges as photos
from gridwalk.sync.queries import devices as known
from gridwalk.sync.queries import returned as waiting
from gridwalk.territory import queries as territory

MOST_FILE_BYTES = 16 << 20


@require_GET
def devices(request: Signed) -> HttpResponse:
    """Which phones are bound to whom, when each was last heard of, what it still holds."""
    rows = known.visible(request.viewer)
    workers = _workers(request)
    with_photo = photos.with_photo([user for user, _, _ in workers])
    context = {
        "rows": rows,
        "badges": [(user, name) for user, name, _ in workers if user in with_photo],
        "places": territory.place_names([row.scope for row in rows]),
        "workers": workers,
        "n_active": sum(row.state == "active" for row in rows),
        "lasts": int(sync.CODE_LASTS.total_seconds() // 60),
    }
    return page(request, "console/devices.html", context, active="console:devices")


def _workers(request: Signed) -> list[tuple[uuid.UUID, str, str]]:
    """Whom a code may be made for: (user, name, where)."""
    today = clock.local_date(request.at)
    found = {
        user: (name, grid)
        for scope in request.viewer.scopes(Verb.MANAGE_DEVICES)
        for user, name, grid in accounts.workers(scope, today)
    }
    places = territory.place_names([grid for _, grid in found.values()])
    return sorted(
        ((user, name, places[grid]) for user, (name, grid) in found.items()), key=lambda row: (row[2], row[1])
    )


@require_POST
def device_code(request: Signed) -> HttpResponse:
    """A one-time code, shown once, with its QR: address and code, nothing else."""
    user = sync.as_uuid(request.POST.get("user", ""))
    if user is None:
        messages.error(request, "没有生成：请选一位网格员。")
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
    return page(request, "console/device_code.html", context, active="console:devices")


@require_POST
def device_revoke(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Take a phone back: it hands in what it holds, then it is wiped."""
    try:
        actions.revoke(actor=request.viewer, at=request.at, device=pk, reason=request.POST.get("reason", ""))
    except actions.DeviceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已停用。这部手机下次联网时先交回还没传的内容，再清空；交回的在“手机退回”里等处理。")
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
        said = f"导入了 {taken.n_new} 条，{taken.n_known} 条服务器已有。"
        if taken.n_unreadable:
            said += f"{taken.n_unreadable} 条打不开，原样留着；请查看服务器的密钥是否换过。"
        messages.success(request, said)
    return redirect("console:devices")


@require_POST
def badge_set(request: Signed) -> HttpResponse:
    """Put a photo on a worker's badge."""
    user, file = sync.as_uuid(request.POST.get("user", "")), request.FILES.get("photo")
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
    return _picture(badges.get_photo(actor=request.viewer, at=request.at, user=user))


@require_GET
def note_photo(request: Signed, note: uuid.UUID, number: int) -> HttpResponse:
    """A photo that came with a hazard or a request."""
    return _picture(photos.photo_of_note(request.viewer, note, number, at=request.at))


def _picture(jpeg: bytes) -> HttpResponse:
    return HttpResponse(
        jpeg,
        content_type="image/jpeg",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )


@require_GET
def returned_list(request: Signed) -> HttpResponse:
    """What phones brought and the rules did not take: what it says, why, what to do."""
    decided, offset = request.GET.get("show") == "decided", pages.offset(request)
    of_notes = request.GET.get("list") == "notes"
    first, first_note = (0, offset) if of_notes else (offset, 0)
    rows = waiting.waiting(request.viewer, decided=decided, limit=RETURNED, offset=first)
    today = clock.local_date(request.at)
    workers = {
        grid: [(user, name) for user, name, _ in accounts.workers(grid[:12], today)]
        for grid in {row.grid for row in rows}
    }
    notes = [] if decided else waiting.notes(request.viewer, limit=NOTES, offset=first_note)
    context = {
        "rows": [(row, workers[row.grid]) for row in rows],
        "decided": decided,
        "places": territory.place_names([row.grid for row in rows] + [note.grid for note in notes]),
        "notes": notes,
        "n": waiting.n_decided(request.viewer) if decided else waiting.n_waiting(request.viewer),
        "n_notes": waiting.n_notes(request.viewer),
        "first": first,
        "first_note": first_note,
        "next": first + RETURNED,
        "next_note": first_note + NOTES,
    }
    return page(request, "console/returned.html", context, active="console:returned")


RETURNED, NOTES = 100, 20
"""So many stand on a page."""


@require_POST
def returned_decide(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """Release it, hand it to somebody, or set it aside with a reason."""
    note = request.POST.get("note", "")
    decision = request.POST.get("do", "")
    try:
        if decision == "release":
            outcome = returned.release(actor=request.viewer, at=request.at, op=pk, note=note)
            messages.success(
                request,
                "已放行，记上了。" if not outcome.differences else "已放行；有几项与现值不同，在“差异”里等决定。",
            )
        elif decision == "assign":
            to = sync.as_uuid(request.POST.get("to", ""))
            if to is None:
                raise returned.NotDecided("没有交办：请选一位网格员。")
            returned.assign(actor=request.viewer, at=request.at, op=pk, to=to, note=note)
            messages.success(request, "已交办，下次同步就到对方手机上。")
        else:
            returned.set_aside(actor=request.viewer, at=request.at, op=pk, reason=note)
            messages.success(request, "已搁置，内容和原因都留着，网格员在手机上看得到。")
    except returned.NotDecided as error:
        messages.error(request, str(error))
    return redirect("console:returned")
