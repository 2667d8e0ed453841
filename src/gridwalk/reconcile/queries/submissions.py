"""Ledgers handed in, whichever way they go: the list, one, those that wait."""

from __future__ import annotations

import uuid
from typing import TypeVar, cast

from django.db.models import QuerySet

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core.queries import NotHere, in_scopes
from gridwalk.reconcile.models import Submission

S = TypeVar("S", bound=Submission)
WAITING = frozenset({"mapping", "rehearsing", "ready", "applying", "paused"})


def submissions(viewer: Viewer, model: type[S], *, limit: int = 60) -> list[S]:
    """The viewer's imports or comparisons, newest first."""
    inside = in_scopes(viewer.scopes(Verb.IMPORT_LEDGER), "scope")
    return list(_of(model).filter(inside).order_by("-created_at")[:limit])


def _of(model: type[S]) -> QuerySet[S]:
    return cast("QuerySet[S]", model._default_manager.all())


def get_submission(viewer: Viewer, model: type[S], submission: uuid.UUID) -> S:
    """One import or comparison. Raises NotHere."""
    ledger = _of(model).select_related("file", "annotated").filter(pk=submission).first()
    if ledger is None or not viewer.may(Verb.IMPORT_LEDGER, ledger.scope):
        raise NotHere
    return ledger


def n_unfinished(viewer: Viewer, model: type[S]) -> int:
    """How many wait for their columns, are being imported, or stopped half-way."""
    return sum(1 for ledger in submissions(viewer, model) if ledger.state in WAITING)
