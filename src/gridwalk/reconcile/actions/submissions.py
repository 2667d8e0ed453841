"""A ledger handed in, whichever way it goes: kept encrypted, read, its columns chosen, stopped, given up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import StoredFile
from gridwalk.ledger import clearing
from gridwalk.ledger.clearing import Cleared
from gridwalk.ledger.errors import LedgerError, ListRefused
from gridwalk.reconcile.models import Submission
from gridwalk.reconcile.queries.submissions import get_submission

KEEP_FILES = dt.timedelta(days=30)
S = TypeVar("S", bound=Submission)
Chosen = Mapping[str, Mapping[str, str]]
"""The columns a person chose: side → header → field, "" drops the column."""


class SubmissionRefused(Exception):
    """A ledger that cannot go on as asked; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class KeptFile:
    """An uploaded file as it is kept: what of it is not, in words; ``why`` it cannot be read, where it cannot."""

    file: StoredFile
    cleared: list[str]
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Way(Generic[S]):
    """What is peculiar to one of the two ways a ledger goes, into the register or beside it.

    ``understand`` reads the files with the columns chosen; ``give_up`` clears away and says what stays. The last five
    are the verbs of the audit.
    """

    model: type[S]
    subject: str
    noun: str
    running: str
    purpose: str
    understand: Callable[[S, Chosen], None]
    give_up: Callable[[S], str]
    uploaded: AuditVerb
    released: AuditVerb
    mapped: AuditVerb
    paused: AuditVerb
    cancelled: AuditVerb

    def store(self, *, actor: Viewer, at: dt.datetime, scope: str, data: bytes, name: str) -> KeptFile:
        """Keep a file encrypted, without what is not taken. Of one that cannot be read nothing is kept but its name.

        Raises NotPermitted, SubmissionRefused.
        """
        access.require(actor, Verb.IMPORT_LEDGER, scope)
        try:
            cleared, why = clearing.kept(data, name)
        except ListRefused as error:
            raise SubmissionRefused(str(error)) from error
        file = self.keep(actor=actor, at=at, scope=scope, cleared=cleared, name=name)
        return KeptFile(file, list(cleared.says), why)

    def keep(self, *, actor: Viewer, at: dt.datetime, scope: str, cleared: Cleared, name: str) -> StoredFile:
        """Store what is kept of a file, encrypted."""
        return core.store_file(
            data=cleared.data, name=name, purpose=self.purpose, scope=scope[:15], keep=KEEP_FILES, actor=actor, at=at
        )

    def read(self, ledger: S, chosen: Chosen) -> None:
        """Understand the files; the ledger waits for its columns then, or has failed and says why."""
        try:
            self.understand(ledger, chosen)
        except LedgerError as error:
            ledger.state, ledger.message = "failed", str(error)[:400]
        else:
            ledger.state, ledger.message = "mapping", "；".join(ledger.questions)[:400]


def handed_in(actor: Viewer, at: dt.datetime) -> dict[str, Any]:
    """By whom and when, as a new submission keeps it."""
    return {"actor": actor.id, "actor_name": actor.name, "created_at": at}


def upload(way: Way[S], new: S, *, why: str, actor: Viewer, at: dt.datetime) -> S:
    """Read a new submission and keep it with the columns as proposed.

    A file that cannot be read (``why``) leaves a failed one that says so.
    """
    if why:
        new.state, new.message = "failed", why[:400]
    else:
        way.read(new, {})
    with core.write_to(actor=actor, at=at) as writing:
        new.save(force_insert=True)
        writing.audit(
            way.uploaded,
            scope=new.scope,
            kind=way.subject,
            subject=new.id,
            data={"kind": new.kind, "state": new.state},
        )
    return new


def remap(
    way: Way[S], *, actor: Viewer, at: dt.datetime, submission: uuid.UUID, chosen: Chosen, kind: str | None = None
) -> S:
    """Read again with the columns a person chose. Raises NotHere, SubmissionRefused."""
    ledger = get_submission(actor, way.model, submission)
    if ledger.state not in {"mapping", "failed", "ready"}:
        raise SubmissionRefused(f"这份{way.noun}已经开始办了，不能再改列。")
    if not ledger.file.size:
        raise SubmissionRefused("这份文件读不了，没有存下来。请按上面说的改好，重新上传。")
    ledger.kind = kind or ledger.kind
    way.read(ledger, chosen)
    with core.write_to(actor=actor, at=at) as writing:
        ledger.save()
        writing.audit(way.mapped, scope=ledger.scope, kind=way.subject, subject=ledger.id)
    return ledger


def require_chosen(ledger: Submission) -> None:
    """Refuse to go on while a column waits to be chosen. Raises SubmissionRefused."""
    if ledger.questions:
        raise SubmissionRefused("还有几列要您先定：" + "；".join(ledger.questions))


def pause(way: Way[S], *, actor: Viewer, at: dt.datetime, submission: uuid.UUID, message: str) -> None:
    """Note that it stopped half-way (an error, a shutdown); what is done stays done, and going on is one button."""
    with core.write_to(actor=actor, at=at) as writing:
        running = way.model._default_manager.filter(pk=submission, state=way.running)
        running.update(state="paused", message=message[:400])
        writing.audit(way.paused, kind=way.subject, subject=submission)


def cancel(way: Way[S], *, actor: Viewer, at: dt.datetime, submission: uuid.UUID) -> S:
    """Give up what is not finished; what is done stays, and that is said. Raises NotHere, SubmissionRefused."""
    ledger = get_submission(actor, way.model, submission)
    if ledger.state in {"done", "cancelled", "undoing", "undone"}:
        raise SubmissionRefused(f"这份{way.noun}已经结束了。")
    with core.write_to(actor=actor, at=at) as writing:
        ledger.message = way.give_up(ledger)
        ledger.state, ledger.finished_at = "cancelled", at
        ledger.save()
        writing.audit(way.cancelled, scope=ledger.scope, kind=way.subject, subject=ledger.id)
    return ledger
