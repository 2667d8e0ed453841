"""查阅记录、为什么: every look at a person that leaves a record, in plain words, for the person who asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import clock, looks
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry.models import Person

LIMIT = 500
LOOKS = [verb for verb in AuditVerb if verb.look]


@dataclasses.dataclass(frozen=True)
class Look:
    """One look: when, who, what was looked at, for what reason; ``number``: of a file that was taken away.

    Whoever does not answer for the person's door reads the day and what the looker is (red line 2).
    """

    at: dt.date
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
    return told(viewer, person, sorted(entries, key=lambda entry: entry.at, reverse=True), what=_what)


def told(
    viewer: Viewer, person: Person, entries: Sequence[AuditEntry], *, what: Callable[[AuditEntry], str]
) -> list[Look]:
    """Entries as looks: who with the post of the account, ``what`` in words."""
    named = viewer.may(Verb.SEE_ROWS, person.grid_id)
    author = accounts.authors({entry.actor for entry in entries}, named=named)
    posts = accounts.posts_of([entry.actor for entry in entries if entry.actor]) if named else {}
    return [
        Look(
            at=e.at if named else clock.local_date(e.at),
            who=_who(author(e.actor, e.actor_name), posts.get(e.actor, "") if e.actor else ""),
            what=what(e),
            why=e.reason,
            number=str(e.data.get("number", "")),
        )
        for e in entries
    ]


def _who(author: str, post: str) -> str:
    return f"{author}（{post}）" if post else author


def require(viewer: Viewer, person: Person) -> None:
    """Raises NotHere unless the viewer may read who looked at this person."""
    if not viewer.may(Verb.SEE_AUDIT, person.grid_id):
        raise NotHere


def _what(entry: AuditEntry) -> str:
    field = str(entry.data.get("field", ""))
    return AuditVerb(entry.verb).look.format(field=dictionary.label("person", field) if field else "号码")
