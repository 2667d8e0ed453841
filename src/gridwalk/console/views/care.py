"""关爱帮扶: who is due, contacts, needs followed to their end, care labels. None of it is printed or exported."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb
from gridwalk.console import choosing, pages, parameters
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.core import clock
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import choices
from gridwalk.dictionary import fields as dictionary
from gridwalk.indicators import queries as indicators
from gridwalk.indicators.definitions import ATTENTION
from gridwalk.indicators.tallies import Figure
from gridwalk.lists.queries import Selection
from gridwalk.method.text import reason_kept
from gridwalk.registry import care as rules
from gridwalk.registry.actions import care, corrections
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.queries import care as labels
from gridwalk.registry.queries import entities
from gridwalk.territory import queries as territory
from gridwalk.visits import needs
from gridwalk.visits.actions import care as contacts
from gridwalk.visits.actions.care import CareRefused
from gridwalk.visits.needs import Need
from gridwalk.visits.queries import care as followed

TABS = {
    "due": "到期联系",
    "needs": "待回访确认",
    "reviews": "待复评",
    "ending": "即将到期",
    "consent": "缺本人同意",
    "places": "空房、出租房",
}
"""The lists of the page, one open at a time."""
LISTS = {
    "due": labels.DUE,
    "needs": followed.NEEDS,
    "reviews": labels.LABELS,
    "ending": labels.LABELS,
    "consent": labels.LABELS,
    "places": labels.PLACES,
}
COUNTED = (("care", "重点关爱人员", "人"), ("vacant", "空房", "户"), ("let", "出租房", "户"))
"""The strands of rate 2 that the page shows, with their measure words."""
CONSENT = {code: words[0] for code, words in choices.CARE_CONSENT.items() if code != "ledger"}
HELP = {"given": "当场解决", "referred": "转介出去", "open": "还没办"}
PAGE = 100


@require_http_methods(["GET", "POST"])
@pages.by_area
def care_list(request: Signed) -> HttpResponse:
    """谁该联系了; a name looked for comes by POST. Opening it is audited; there is no print button."""
    scope = pages.scope_of(request, Verb.SEE_CARE, request.GET.get("scope", ""))
    named = request.POST.get("name", "").strip()[:40]
    today = clock.local_date(request.at)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "due"
    offset = pages.offset(request)
    if named:
        tab, offset = "due", 0
    look = choosing.look(request, LISTS[tab], scope)
    rows, n = _rows(request, tab, scope, today, offset, named=named, selection=look.selection)
    counts = labels.counts(request.viewer, scope, today) | {"needs": followed.n_followed(request.viewer, scope)}
    contacts.note_opening(actor=request.viewer, at=request.at, scope=scope)
    figures = _figures(request, scope)
    context = {
        "scope": scope,
        "tab": tab,
        "tabs": [(code, words, counts[code]) for code, words in TABS.items()],
        "rows": rows,
        "n": n,
        "look": look,
        "next": offset + PAGE,
        "grids": _grids(request),
        "own_scopes": (),  # they are among the grids to choose from
        "figures": figures,
        "n_cared": figures[0][-1].d + counts["consent"],
        "n_places": sum(figure.d for _, _, figure in figures[1:]),
        "crumbs": pages.crumbs(scope),
        "consents": CONSENT,
        "back": f"{request.path}?tab={tab}&scope={scope}",
        "today": today,
        "named": named,
        "just_made": followed.just_made(request.viewer, parameters.uuid_or_none(request.GET.get("done", ""))),
        "may_call": request.viewer.may(Verb.REVEAL, scope),
    }
    return page(request, "console/care/list.html", context, active="console:care")


def _rows(
    request: Signed, tab: str, scope: str, today: dt.date, offset: int, *, named: str, selection: Selection
) -> tuple[list[Any], int]:
    viewer = request.viewer
    if tab == "due":
        return labels.due(viewer, scope, today, named=named, limit=PAGE, offset=offset, selection=selection)
    if tab == "needs":
        return followed.followed(viewer, scope, today, limit=PAGE, offset=offset, selection=selection)
    if tab == "places":
        return labels.places(viewer, scope, today, limit=PAGE, offset=offset, selection=selection)
    return labels.listed(viewer, scope, tab, today, limit=PAGE, offset=offset, selection=selection)


def _grids(request: Signed) -> list[tuple[str, str]]:
    """(scope, name) to choose from: each area the viewer sees care in, then its grids."""
    choices = []
    for own in request.viewer.scopes(Verb.SEE_CARE):
        grids = territory.grids(request.viewer, scope=own, verb=Verb.SEE_CARE)
        if len(own) < 15:
            choices.append((own, f"{territory.scope_name(own)} 全部"))
        choices += [(grid.code, f"{grid.area.short} {grid.name}") for grid in grids]
    return choices


def _figures(request: Signed, scope: str) -> list[tuple[str, str, Figure]]:
    """Made in time of all, as rate 2 counts them."""
    board = indicators.board(
        request.viewer, scope=scope, by="grid", campaign=None, at=request.at, indicators=[ATTENTION]
    )
    total = board.total[ATTENTION.code] or Figure()
    return [(label, unit, Figure(total.part(f"{code}.n"), total.part(f"{code}.d"))) for code, label, unit in COUNTED]


def _back(request: Signed, name: str, pk: uuid.UUID) -> HttpResponse:
    """To where the form stood, if it says so; else to the page named."""
    back = request.POST.get("back", "")
    return redirect(back) if parameters.is_own_path(back) else redirect(name, pk)


@require_http_methods(["GET", "POST"])
def care_contact(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """记一次联系, with what was needed and what was done about it."""
    person = labels.get_recipient(request.viewer, pk)
    today = clock.local_date(request.at)
    faults: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            contact = _contact_of(request, pk)
            made = contacts.record_contact(actor=request.viewer, at=request.at, need=contact, on=_day(request, "on"))
        except CareRefused as error:
            messages.error(request, str(error))
            faults = error.faults
        else:
            back = request.POST.get("back", "")
            if parameters.is_own_path(back) and "?" in back and not contact.need:
                return redirect(f"{back}&done={made[0].pk}")
            follows = "有一项需要，记在“待回访确认”里，问过本人才算完。" if contact.need else ""
            messages.success(request, f"已保存：{_name(request, person)}联系过了，下次到期往后顺延。{follows}")
            return _back(request, "console:person", pk)
    context = {
        "person": person,
        "name": entities.shown_name(request.viewer, person.grid_id, person.name),
        "care": labels.of_persons(request.viewer, [pk], person.grid_id, today),
        "needs": followed.of_persons(request.viewer, [pk], person.grid_id, today),
        "need_words": needs.NEEDS,
        "helps": HELP,
        "referrals": needs.REFERRED_TO,
        "faults": faults,
        "typed": request.POST,
        "today": today,
        "crumbs": pages.crumbs(person.grid_id),
        "asking_by": today + dt.timedelta(days=needs.ASK_AFTER["referred"]),
        "back": request.POST.get("back", ""),
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "console/care/contact.html", context, active="console:care", status=status)


def _name(request: Signed, person: Any) -> str:
    return entities.shown_name(request.viewer, person.grid_id, person.name)


@require_POST
def care_undo(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """撤销一次联系 that one has just written down."""
    try:
        person = contacts.withdraw_contact(actor=request.viewer, at=request.at, contact=pk)
    except CareRefused as error:
        messages.error(request, str(error))
        return redirect("console:care")
    name = _name(request, labels.get_recipient(request.viewer, person))
    messages.success(request, f"已撤销：{name}的这次联系不算，照原来的日子到期。")
    return _back(request, "console:person", person)


def _contact_of(request: Signed, person: uuid.UUID) -> Need:
    help_ = request.POST.get("help", "")
    need = request.POST.get("need", "")
    by = _day(request, "by") if help_ == "referred" else None
    asked = [
        (asked_about, value == "1")
        for key, value in request.POST.items()
        if key.startswith("a-") and value in {"0", "1"} and (asked_about := parameters.uuid_or_none(key[2:]))
    ]
    done = "none" if not need or help_ == "open" else help_
    return Need(
        person=person,
        need=need,
        help=done,
        to=request.POST.get("to", "") if help_ == "referred" else "",
        by=by,
        note=reason_kept(request.POST.get("note", ""))[: needs.LONGEST_NOTE],
        asked=tuple(asked),
    )


def _day(request: Signed, name: str) -> dt.date | None:
    """A day of a form; None where it was left empty. Raises CareRefused."""
    parsed = dictionary.parse("care", "starts_on", request.POST.get(name, ""))
    if parsed.fault:
        raise CareRefused("没有记：日期要改一改，内容都在。", {name: parsed.text})
    return dt.date.fromisoformat(parsed.value) if parsed.value else None


@require_http_methods(["GET", "POST"])
def care_need(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A need: what was done about it, and whether its recipient says it is met."""
    today = clock.local_date(request.at)
    need = followed.get_need(request.viewer, pk, today)
    faults: Mapping[str, str] = {}
    if request.method == "POST":
        do = request.POST.get("do", "")
        try:
            if do in {"met", "unmet"}:
                contacts.confirm_need(
                    actor=request.viewer, at=request.at, need=pk, met=do == "met", on=_day(request, "on")
                )
                answer = "已落实，这一项了结了。" if do == "met" else "还没解决，仍在“待回访确认”里，3 天内再想办法。"
            else:
                to = request.POST.get("to", "") if do == "referred" else ""
                by = _day(request, "by") if do == "referred" else None
                contacts.help_need(actor=request.viewer, at=request.at, need=pk, help_=do, to=to, by=by)
                answer = "到时再问本人落实没有。"
        except CareRefused as error:
            messages.error(request, str(error))
            faults = error.faults
        else:
            messages.success(request, f"已保存，{answer}")
            return _back(request, "console:person", need.person)
    context = {
        "need": need,
        "referrals": needs.REFERRED_TO,
        "faults": faults,
        "typed": request.POST,
        "today": today,
        "asking_by": today + dt.timedelta(days=needs.ASK_AFTER["referred"]),
        "back": request.POST.get("back", ""),
        "followed": need.state in needs.FOLLOWED,
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "console/care/need.html", context, active="console:care", status=status)


FIELDS = ("category", "interval_days", "starts_on", "ends_on", "review_on", "consent", "consent_on")


@require_http_methods(["GET", "POST"])
def care_new(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """新增关爱类别."""
    person = labels.get_recipient(request.viewer, pk)
    today = clock.local_date(request.at)
    faults: Mapping[str, str] = {}
    if request.method == "POST":
        raw = {name: request.POST[name] for name in FIELDS if request.POST.get(name, "").strip()}
        try:
            label = care.give_label(actor=request.viewer, at=request.at, person=pk, raw=raw)
        except CorrectionError as error:
            messages.error(request, str(error))
            faults = error.faults
        else:
            messages.success(request, "加好了，到期不续自动取消。")
            return redirect("console:care_label", label)
    context = {
        "person": person,
        "name": entities.shown_name(request.viewer, person.grid_id, person.name),
        "faults": faults,
        "typed": request.POST,
        "today": today,
        "until": today + dt.timedelta(days=365),
        "crumbs": pages.crumbs(person.grid_id),
        "categories": [(code, words[0], choices.CARE_INTERVALS[code]) for code, words in choices.CARE_CATEGORY.items()],
        "consents": CONSENT,
        "stretch": rules.STRETCH,
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "console/care/new.html", context, active="console:care", status=status)


@require_http_methods(["GET", "POST"])
def care_label(request: Signed, pk: uuid.UUID) -> HttpResponse:
    """A care label: what was agreed, who looks after it, what is next, and everything that can be changed in it."""
    label = labels.get_label(request.viewer, pk)
    today = clock.local_date(request.at)
    faults: Mapping[str, str] = {}
    do = request.POST.get("do", "")
    if request.method == "POST":
        if do not in DO:
            raise NotHere
        try:
            answer = DO[do](request, pk)
        except CorrectionError as error:
            messages.error(request, str(error))
            faults = error.faults
        else:
            messages.success(request, answer)
            return _back(request, "console:care_label", pk)
    (row,) = labels.rows(request.viewer, [label], today)
    context = {
        "row": row,
        "faults": faults,
        "typed": request.POST,
        "do": do,
        "today": today,
        "crumbs": pages.crumbs(label.grid_id),
        "colleagues": accounts.in_post([label.grid_id], today)[label.grid_id],
        "named": label.responsible_id,
        "consents": CONSENT,
        "ends": choices.CARE_END,
        "most": rules.longest_interval(label.category),
        "until": row.renewed_until,
        "contacts": followed.contacts(label),
        "may_edit": row.ended_on is None
        and row.ends_on >= today
        and request.viewer.may(Verb.EDIT_REGISTER, label.grid_id),
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "console/care/label.html", context, active="console:care", status=status)


def _values(request: Signed, *names: str) -> dict[str, Any]:
    raw = {name: request.POST[name] for name in names if request.POST.get(name, "").strip()}
    values = corrections.parse("care", raw)
    return {
        name: dt.date.fromisoformat(value) if value and name.endswith("_on") else value
        for name, value in values.items()
    }


def _interval(request: Signed, pk: uuid.UUID) -> str:
    days = _values(request, "interval_days").get("interval_days")
    reason = request.POST.get("reason", "")
    care.change_interval(actor=request.viewer, at=request.at, label=pk, days=days, reason=reason)
    return f"已保存，以后每 {days} 天联系一次。"


def _responsible(request: Signed, pk: uuid.UUID) -> str:
    typed = request.POST.get("responsible", "")
    user = parameters.uuid_or_none(typed)
    if typed and user is None:
        raise CorrectionError("没有改：请从单子里选一位。", {"responsible": "请从单子里选一位"})
    care.name_responsible(actor=request.viewer, at=request.at, label=pk, user=user)
    return "已保存。" if user else "已保存，跟着网格走，谁管这个网格谁负责。"


def _consent(request: Signed, pk: uuid.UUID) -> str:
    consent, on = request.POST.get("consent", ""), _values(request, "consent_on").get("consent_on")
    care.give_consent(actor=request.viewer, at=request.at, label=pk, consent=consent, on=on)
    return "已登记，从现在起生效，按期联系。"


def _review(request: Signed, pk: uuid.UUID) -> str:
    care.review(actor=request.viewer, at=request.at, label=pk)
    return "复查过了，照旧。"


def _renew(request: Signed, pk: uuid.UUID) -> str:
    until = _values(request, "ends_on").get("ends_on")
    care.renew(actor=request.viewer, at=request.at, label=pk, until=until, reason=request.POST.get("reason", ""))
    return f"续好了，到 {until:%Y}年{until.month}月{until.day}日。" if until else ""


def _end(request: Signed, pk: uuid.UUID) -> str:
    care.end(actor=request.viewer, at=request.at, label=pk, why=request.POST.get("why", ""))
    return "已结束，从今天起不再按期联系。没落实的需要还在“待回访确认”里。"


DO: dict[str, Callable[[Signed, uuid.UUID], str]] = {
    "interval": _interval,
    "responsible": _responsible,
    "consent": _consent,
    "review": _review,
    "renew": _renew,
    "end": _end,
}
