"""谁看过、为什么: every look at a person that leaves a record, in plain words, for the person who asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import looks
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.models import Person

LIMIT = 500
LOOKS = [verb for verb in AuditVerb if verb.look]


@dataclasses.dataclass(frozen=True)
class Look:
    """One look: when, who, what was looked at, for what reason; ``number``: of a file that was taken away."""

    at: dt.datetime
    who: str
    what: str
    why: str
    number: str = ""


def looks_at(viewer: Viewer, person: Person) -> list[Look]:
    """Who looked at a person and why, newest first.

    Raises NotHere where the viewer may not read the audit of that grid.

    Openings of a care list count for everybody of its area: whether a person is on it is not told here.
    """
    require(viewer, person)
    entries = looks.at_subject(person.id, LOOKS, limit=LIMIT)
    entries += [
        entry
        for entry in looks.over(person.grid_id, AuditVerb.CARE_OPENED, limit=LIMIT)
        if entry.at >= person.created_at
    ]
    return told(sorted(entries, key=lambda entry: entry.at, reverse=True), _what)


def told(entries: Sequence[AuditEntry], what: Callable[[AuditEntry], str]) -> list[Look]:
    """Entries as looks: who with the post of the account, ``what`` in words."""
    posts = accounts.posts_of([entry.actor for entry in entries if entry.actor])
    return [Look(e.at, _who(e, posts), what(e), e.reason, str(e.data.get("number", ""))) for e in entries]


def _who(entry: AuditEntry, posts: Mapping[uuid.UUID, str]) -> str:
    post = posts.get(entry.actor, "") if entry.actor else ""
    return f"{entry.actor_name}（{post}）" if post else entry.actor_name


def require(viewer: Viewer, person: Person) -> None:
    """Raises NotHere unless the viewer may read who looked at this person."""
    if not viewer.may(Verb.SEE_AUDIT, person.grid_id):
        raise NotHere


def _what(entry: AuditEntry) -> str:
    field = str(entry.data.get("field", ""))
    return AuditVerb(entry.verb).look.format(field=dictionary.label("person", field) if field else "号码")
