"""What phones sent about somebody who is erased goes out of what is kept of it; what it says of others stays."""

from __future__ import annotations

import functools
import json
import operator
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from gridwalk.core import envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry.actions.queue import BY_ITSELF
from gridwalk.sync import rules
from gridwalk.sync.actions import leaving_out
from gridwalk.sync.erased import Erasure
from gridwalk.sync.models import Deposit, Op, Returned

SET_ASIDE = "本人的身份内容已清除"
MOST_TEXT = 200


def of_communities(grids: Collection[str]) -> Q:
    """The ops of these grids' communities: grids are redrawn, and what came before stands under the old ones. Of some
    it is not known where they belong.
    """
    return functools.reduce(operator.or_, (Q(grid__startswith=code) for code in {g[:12] for g in grids}), Q(grid=""))


def forget(writing: Writing, erasure: Erasure, which: Q) -> None:
    """Step: cut the kept ops, and the sealed copies of those that were handed in."""
    ids = [pk.hex for pk in (*erasure.persons, *erasure.places)]
    cut: list[uuid.UUID] = []
    for op in Op.objects.filter(which).exclude(body_sealed="").iterator():
        body = _body(op)
        if body is None or not any(pk in body.lower().replace("-", "") for pk in ids):
            continue
        raw: Mapping[str, Any] = json.loads(body)
        kept = erasure.cut(raw)
        if kept is not raw:
            cut.append(op.pk)
            _keep(writing, op, kept, is_about=erasure.is_about(raw))
    Deposit.objects.filter(op__in=cut).update(sealed="")


def _body(op: Op) -> str | None:
    """The op as it is kept; None where no key opens it."""
    try:
        return envelope.open_(op.body_sealed, table="sync_op", column="body", row=op.pk)
    except envelope.EnvelopeError:
        return None


def _keep(writing: Writing, op: Op, kept: Mapping[str, Any], *, is_about: bool) -> None:
    op.body_sealed = envelope.seal(rules.kept_spelling(kept), table="sync_op", column="body", row=op.pk)
    waiting = Returned.objects.select_for_update().filter(op=op.pk, state__in=("waiting", "assigned")).first()
    if is_about:
        op.text = rules.REMARKS[leaving_out.ALL]
    elif waiting is not None:
        op.text = f"{op.text}{rules.REMARKS[leaving_out.ONE]}"[:MOST_TEXT]
    if is_about and waiting is not None:
        op.settled_at = writing.at
        _set_aside(writing, waiting)
    op.save(update_fields=["body_sealed", "text", "settled_at"])


def _set_aside(writing: Writing, waiting: Returned) -> None:
    """Nothing is left that somebody could decide."""
    waiting.state, waiting.note = "set_aside", SET_ASIDE
    waiting.decided_by_name, waiting.decided_at = BY_ITSELF, writing.at
    waiting.save(update_fields=["state", "note", "decided_by_name", "decided_at"])
    writing.audit(AuditVerb.OP_SET_ASIDE, scope=waiting.grid, data={"op": str(waiting.pk)}, reason=SET_ASIDE)
