"""Ledgers handed in, whichever way they go: the list, one, those that wait."""

from __future__ import annotations

import uuid
from typing import TypeVar, cast

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.dictionary import fields as dictionary
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import ListField, Type, choice_field, day_field, to_all
from gridwalk.reconcile.models import Submission

S = TypeVar("S", bound=Submission)
WAITING = frozenset({"mapping", "rehearsing", "ready", "applying", "paused"})


def _list(code: str, label: str, states: tuple[str, ...]) -> PlainList:
    words = dict(Submission.STATES)
    return PlainList(
        code=code,
        label=label,
        unit="份",
        verb=Verb.IMPORT_LEDGER,
        fields=(
            ListField(name="name", label="文件", type=Type.TEXT, path="name", shown=to_all, through=True, always=True),
            choice_field("kind", "种类", dictionary.KINDS, always=False),
            choice_field("state", "状态", {state: words[state] for state in states}),
            choice_field("source", "来源", dict(Submission.SOURCES)),
            day_field("created_at", "提交日期", always=True),
        ),
        sorts=(
            Sort(code="newest", label="后交的在前", keys=("created_at", "id"), descending=True),
            Sort(code="oldest", label="先交的在前", keys=("created_at", "id")),
            Sort(code="name", label="按文件名排", keys=("name", "created_at", "id")),
        ),
    )


OF_ANY = ("mapping", "paused", "done", "failed", "cancelled")
IMPORTS = _list("imports", "台账导入", (*OF_ANY, "rehearsing", "ready", "applying", "undoing", "undone"))
COMPARISONS = _list("comparisons", "台账比对", (*OF_ANY, "comparing"))


def submissions(
    viewer: Viewer,
    model: type[S],
    *,
    scope: str = "",
    limit: int = 60,
    offset: int = 0,
    selection: Selection = EVERYTHING,
) -> tuple[list[S], int]:
    """The viewer's imports or comparisons in a scope, newest first, and how many."""
    ledgers = selection.of(_inside(viewer, model, scope), "-created_at", "-id")
    return list(ledgers[offset : offset + limit]), ledgers.count()


def _inside(viewer: Viewer, model: type[S], scope: str = "") -> QuerySet[S]:
    return _of(model).filter(in_scopes(viewer.within(Verb.IMPORT_LEDGER, scope), "scope"))


def _of(model: type[S]) -> QuerySet[S]:
    return cast("QuerySet[S]", model._default_manager.all())


def get_submission(viewer: Viewer, model: type[S], submission: uuid.UUID) -> S:
    """One import or comparison. Raises NotHere."""
    ledger = _of(model).select_related("file", "annotated").filter(pk=submission).first()
    if ledger is None or not viewer.may(Verb.IMPORT_LEDGER, ledger.scope):
        raise NotHere
    return ledger


def n_unfinished(viewer: Viewer, model: type[S], scope: str) -> int:
    """How many of a scope wait for their columns, are being imported, or stopped half-way."""
    return _inside(viewer, model, scope).filter(state__in=WAITING).count()
