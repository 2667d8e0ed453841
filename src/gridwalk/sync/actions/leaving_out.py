"""What an op says of people who were erased is left out: of what it does, and of what is kept of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

from gridwalk.core import plain
from gridwalk.registry.models import Erased
from gridwalk.sync import erased, messages, rules
from gridwalk.sync.actions.outcomes import Outcome
from gridwalk.sync.erased import Erasure
from gridwalk.sync.rules import RETURNED, Intention

ALL, ONE = "erased", "one_erased"
"""What an op is told: it was about somebody erased, or only a part of it was."""
Erasures = Mapping[uuid.UUID, tuple[str, dt.datetime]]
"""Record → its kind, and when it was erased."""

_ERASED = f"SELECT id, kind, at FROM {Erased._meta.db_table} WHERE id = ANY(%s)"  # noqa: S608 the model's name


def ask(intentions: Iterable[Intention]) -> Callable[[], Erasures]:
    """Ask who was erased of all that ops name; calling what comes back reads the answer."""
    ids = {pk for intention in intentions for pk in erased.ids_in(intention.raw)}
    rows = plain.ask(_ERASED, [list(ids)]) if ids else list
    return lambda: {pk: (kind, at) for pk, kind, at in rows()}


def leave_out(outcome: Outcome, erasures: Erasures) -> None:
    """Cut an op to what may be said. A place may have a new contact since: of it only what was seen before goes."""
    persons = frozenset(pk for pk, (kind, _) in erasures.items() if kind == "person")
    places = frozenset(pk for pk, (kind, at) in erasures.items() if kind != "person" and outcome.at < at)
    erasure, intention = Erasure(persons=persons, places=places), outcome.intention
    kept = erasure.cut(intention.raw)
    if kept is not intention.raw:
        cut = messages.Op.model_validate(kept)
        outcome.intention = dataclasses.replace(
            intention, raw=kept, set=cut.set, extra=cut.extra, data=cut.data, att=cut.att
        )
    if kept is not intention.raw or erasure.is_about(intention.raw):
        outcome.left_out = ALL if erasure.is_about(intention.raw) else ONE


def tell(outcomes: Iterable[Outcome]) -> None:
    """Say so of ops of which the rest went on, or waits; what else is said of them stays."""
    for outcome in outcomes:
        if outcome.left_out == ONE:
            if outcome.state != RETURNED:
                outcome.reason = outcome.reason or ONE
            outcome.text = f"{outcome.text}{rules.REMARKS[ONE]}"[:200]


def cut_ops(intentions: Sequence[Intention]) -> set[uuid.UUID]:
    """The ops that name somebody erased: their sealed copies are not kept."""
    erasures = ask(intentions)()
    return {intention.op for intention in intentions if erased.ids_in(intention.raw) & erasures.keys()}
