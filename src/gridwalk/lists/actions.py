"""Keeping a view, sharing it, taking a list away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from gridwalk.accounts.rules import Verb, Viewer, require
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.lists import rules
from gridwalk.lists.listing import Listing, PlainList
from gridwalk.lists.models import Export, SavedView
from gridwalk.lists.rules import ListError, View, Way
from gridwalk.method import text

MOST_VIEWS = 50
"""Views one account keeps of one list."""
LONGEST_NAME = 20


def save_view(*, actor: Viewer, at: dt.datetime, listing: Listing, name: str, view: View) -> SavedView:
    """Keep a view under a name, in place of one's own of that name. Not audited: it is a setting of one's own.

    Raises ListError.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ListError(f"没有存：给视图起个名字，不超过 {LONGEST_NAME} 个字。")
    if text.says_number(text.fold(name)):
        raise ListError("没有存：视图的名字里不要写证件号、电话号码。")
    if rules.asks_for_a_number(view):
        raise ListError("没有存：按号码找的条件不存进视图，每次找都要记下。先去掉这个条件。")
    own = SavedView.objects.filter(owner=actor.id, list=listing.code).exclude(name="")
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise ListError(f"没有存：一个名单最多存 {MOST_VIEWS} 个视图，先删掉不用的。")
    return _keep(actor, at, listing, name, view)


def keep_columns(*, actor: Viewer, at: dt.datetime, listing: Listing, view: View) -> None:
    """Begin with these columns and this sort the next time. Conditions are not kept so."""
    _keep(actor, at, listing, "", View(columns=view.columns, sort=view.sort))


def _keep(actor: Viewer, at: dt.datetime, listing: Listing, name: str, view: View) -> SavedView:
    with core.write_to(actor=actor, at=at):
        kept, _ = SavedView.objects.update_or_create(
            owner_id=actor.id,
            list=listing.code,
            name=name,
            defaults={"view": rules.to_json(view), "shared_in": ""},
            create_defaults={"view": rules.to_json(view), "created_at": at},
        )
    return kept


def share_view(*, actor: Viewer, at: dt.datetime, listing: Listing, view: SavedView, scope: str) -> None:
    """Let everybody who works in an area open a view of one's own, each with what they may see; "" takes it back.

    Raises ListError, NotPermitted.
    """
    if view.owner_id != actor.id:
        raise ListError("没有共享：这个视图是别人的，先另存成自己的。")
    if scope and rules.stays_inside(rules.from_json(view.view), listing.by_name):
        raise ListError("没有共享：带空房、出租的视图只有自己能打开。")
    if scope and rules.asks_for_a_number(rules.from_json(view.view)):
        raise ListError("没有共享：视图里有按号码找的条件。先去掉这个条件，再另存。")
    require(actor, Verb.SEE_ROWS_MASKED, scope or next(iter(actor.scopes(Verb.SEE_ROWS_MASKED)), ""))
    with core.write_to(actor=actor, at=at) as writing:
        SavedView.objects.filter(pk=view.pk).update(shared_in=scope)
        writing.audit(AuditVerb.VIEW_SHARED, scope=scope or view.shared_in, kind="view", subject=view.id)


def remove_view(*, actor: Viewer, at: dt.datetime, view: SavedView) -> None:
    """Keep a view of one's own no longer. Raises ListError."""
    if view.owner_id != actor.id:
        raise ListError("没有删：这个视图是别人的。")
    with core.write_to(actor=actor, at=at):
        SavedView.objects.filter(pk=view.pk).delete()


def note_opened(*, actor: Viewer, at: dt.datetime, code: str, scope: str) -> None:
    """Note that a list or a chart with vacancy, letting or care was opened, by its code (red line 5)."""
    with core.write_to(actor=actor, at=at) as writing:
        writing.audit(AuditVerb.LIST_OPENED, scope=scope, kind="list", data={"list": code})


def take_away(
    *,
    actor: Viewer,
    at: dt.datetime,
    listing: PlainList,
    view: View,
    scope: str,
    entities: Sequence[uuid.UUID],
    way: Way = Way.FILE,
) -> Export:
    """Note which records stand in a file or on a paper that is about to leave. Raises NotPermitted, ListError."""
    require(actor, Verb.EXPORT_REPORT, scope)
    if rules.stays_inside(view, listing.by_name):
        raise ListError(f"没有{way}：带空房、出租的视图只在屏幕上看。去掉这些列和条件再{way}。")
    with core.write_to(actor=actor, at=at):
        return Export.objects.create(list=listing.code, scope=scope, at=at, entities=list(entities))
