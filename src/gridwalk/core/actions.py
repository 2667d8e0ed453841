"""Writing to streams, audit, receipts. Every other room's action writes inside ``write_to``."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.db import models, transaction

from gridwalk.core import bulk, clock, files, ids, lines, plain
from gridwalk.core.actors import Actor
from gridwalk.core.audit import append, chain, verify
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.lines import Line
from gridwalk.core.models import AuditEntry, Change, Home, Receipt, StoredFile, Stream
from gridwalk.method.text import file_name


class UnknownStream(Exception):
    """A write to a grid that has no stream: the grid does not exist."""


class Writing:
    """One action's transaction over locked streams: collects change and audit rows, writes them at its end."""

    def __init__(
        self, versions: Mapping[str, int], *, actor: Actor, at: dt.datetime, op: uuid.UUID, reason: str = ""
    ) -> None:
        self.versions = versions
        self.reason = reason
        self.actor = actor
        self.at = at
        self.op = op
        self._collected = _Collected()
        self._parts: dict[str, Writing] = {}

    def part(self, codes: Collection[str], *, actor: Actor) -> Writing:
        """The same transaction for one of several actors in it, who alone writes to these of its streams.

        What is noted of the whole about one of them is noted by that actor, so that a step may serve several at once.
        """
        versions = {code: self.versions[code] for code in codes}
        part = Writing(versions, actor=actor, at=self.at, op=ids.new_id(), reason=self.reason)
        part._collected = self._collected
        self._parts |= dict.fromkeys(codes, part)
        return part

    def of(self, code: str) -> Writing:
        """The part that writes to a stream: the whole, but in a transaction of several actors."""
        return self._parts.get(code, self)

    def change(
        self,
        stream: str,
        kind: str,
        entity: uuid.UUID,
        field: str,
        old: Any,
        new: Any,
        *,
        source: str,
        source_ref: str = "",
        reason: str = "",
        at: dt.datetime | None = None,
        op: uuid.UUID | None = None,
    ) -> None:
        """Note that ``field`` of an entity went from ``old`` to ``new``; sensitive values are sealed here."""
        author = self.of(stream)
        self._collected.changes.append(
            Line(
                id=ids.line_id(),
                stream_id=stream,
                version=self.versions[stream],
                kind=kind,
                entity=entity,
                field=field,
                old=old,
                new=dict(new) if field == Change.WHOLE else new,
                op=op or author.op,
                source=source,
                source_ref=source_ref,
                actor=author.actor.id,
                actor_name=author.actor.name,
                at=at or self.at,
                reason=reason or self.reason,
            )
        )

    def created(
        self,
        stream: str,
        kind: str,
        entity: uuid.UUID,
        record: Mapping[str, Any],
        *,
        source: str,
        source_ref: str = "",
        reason: str = "",
        at: dt.datetime | None = None,
        op: uuid.UUID | None = None,
    ) -> None:
        """Note that an entity came to be in ``stream``: one change row with the whole record (dates as ISO text)."""
        self.change(
            stream=stream,
            kind=kind,
            entity=entity,
            field=Change.WHOLE,
            old=None,
            new=record,
            source=source,
            source_ref=source_ref,
            reason=reason,
            at=at,
            op=op,
        )

    def left(self, stream: str, kind: str, entity: uuid.UUID, *, source: str, reason: str = "") -> None:
        """Leave a tombstone: the entity is no longer in ``stream`` (it moved to another grid)."""
        self.change(
            stream=stream, kind=kind, entity=entity, field=Change.LEFT, old=None, new=None, source=source, reason=reason
        )

    def audit(
        self,
        verb: AuditVerb,
        *,
        scope: str = "",
        kind: str = "",
        subject: uuid.UUID | None = None,
        data: Mapping[str, Any] | None = None,
        reason: str = "",
        at: dt.datetime | None = None,
    ) -> None:
        """Note what was done in the audit. ``data`` never holds personal data."""
        author = self.of(scope)
        self._collected.audit.append(
            AuditEntry(
                id=ids.line_id(),
                at=at or self.at,
                verb=verb.value,
                actor=author.actor.id,
                actor_name=author.actor.name,
                scope=scope,
                kind=kind,
                subject=subject,
                data=dict(data or {}),
                reason=reason,
                chain=chain.chain_of(scope, author.versions),
            )
        )

    def n_audited(self, verb: AuditVerb, subjects: Collection[uuid.UUID], *, since: dt.datetime) -> Counter[uuid.UUID]:
        """How often that was done to each subject since a moment, by anybody; what this action has noted counts too.

        One query, and none for no subjects.
        """
        if not subjects:
            return Counter()
        stored = AuditEntry.objects.filter(verb=verb, subject__in=list(subjects), at__gte=since)
        noted = [entry.subject for entry in self._collected.audit if entry.verb == verb and entry.subject in subjects]
        return Counter(filter(None, [*stored.values_list("subject", flat=True), *noted]))

    def noted(self, verb: AuditVerb) -> list[AuditEntry]:
        """What this action has noted of such so far; nothing of it is stored yet."""
        return [entry for entry in self._collected.audit if entry.verb == verb.value]

    def at_the_end(self, write: Callable[[], None]) -> None:
        """Have ``write`` called when the action is done: what it writes (few rows) nothing in the action reads."""
        self._collected.last.append(write)

    def insert(self, rows: Sequence[models.Model]) -> None:
        """Have rows of one table inserted when the action is done: nothing in the action reads them."""
        self._collected.rows.extend(rows)

    def flush(self) -> None:
        """Write what was collected; called once, at the end of ``write_to``."""
        self._collected.write()


@dataclasses.dataclass
class _Collected:
    """What a transaction writes at its end."""

    changes: list[Line] = dataclasses.field(default_factory=list)
    audit: list[AuditEntry] = dataclasses.field(default_factory=list)
    rows: list[models.Model] = dataclasses.field(default_factory=list)
    last: list[Callable[[], None]] = dataclasses.field(default_factory=list)

    def write(self) -> None:
        """All of it: a constant number of statements, and where it is little, all in one message."""
        by_table: dict[type[models.Model], list[models.Model]] = {}
        for row in self.rows:
            by_table.setdefault(type(row), []).append(row)
        few = max(len(self.audit), len(self.changes), *map(len, by_table.values())) <= bulk.FEW
        with plain.together() if few else nullcontext():
            for write in self.last:
                write()
            lines.write(self.changes)
            for rows in by_table.values():
                bulk.insert(rows)
            append.append(self.audit)


@contextmanager
def write_to(
    *codes: str, actor: Actor, at: dt.datetime, op: uuid.UUID | None = None, reason: str = "", waits: bool = True
) -> Iterator[Writing]:
    """A transaction that holds the streams ``codes`` (locked in code order) and has raised each one's version.

    Without codes it is a plain transaction with audit (accounts, settings). ``reason``: of every change in it that has
    none of its own. Raises UnknownStream. Where it does not wait, it holds those of the streams that nobody else does.
    """
    wanted = sorted(set(codes))
    with transaction.atomic():
        versions = _raise(wanted, waits=waits)
        if waits and len(versions) != len(wanted):
            raise UnknownStream(", ".join(sorted(set(wanted) - versions.keys())))
        writing = Writing(versions, actor=actor, at=at, op=op or ids.new_id(), reason=reason)
        yield writing
        writing.flush()


@contextmanager
def rehearse(*codes: str, actor: Actor, at: dt.datetime) -> Iterator[Writing]:
    """As ``write_to``, but nothing stays of it: what would become of the rows is read inside. Raises UnknownStream."""
    wanted = sorted(set(codes))
    with transaction.atomic():
        versions = _raise(wanted, waits=True)
        if len(versions) != len(wanted):
            raise UnknownStream(", ".join(sorted(set(wanted) - versions.keys())))
        yield Writing(versions, actor=actor, at=at, op=ids.new_id())
        transaction.set_rollback(True)


_RAISE = f"""
UPDATE {Stream._meta.db_table} s SET version = s.version + 1
FROM (SELECT code FROM {Stream._meta.db_table} WHERE code = ANY(%s) ORDER BY code FOR UPDATE) held
WHERE s.code = held.code RETURNING s.code, s.version
"""  # noqa: S608 the table's name comes from the model
_RAISE_FREE = _RAISE.replace("FOR UPDATE", "FOR UPDATE SKIP LOCKED")


def _raise(wanted: Sequence[str], *, waits: bool) -> dict[str, int]:
    """Lock streams in code order and raise their versions, in one statement."""
    if not wanted:
        return {}
    with plain.together():  # the transaction begins with it
        return dict(plain.ask(_RAISE if waits else _RAISE_FREE, [list(wanted)])())


def open_streams(codes: Sequence[str]) -> None:
    """Create the streams that do not exist yet (a grid's, when territory creates the grid)."""
    Stream.objects.bulk_create([Stream(code=code) for code in codes], ignore_conflicts=True)


def give_receipt(key: str, *, at: dt.datetime, result: Mapping[str, Any]) -> None:
    """Note inside the action's own transaction that ``key`` is done; a second one of the key fails the transaction."""
    Receipt.objects.create(key=key, at=at, result=dict(result))


def record_reading(
    *,
    actor: Actor,
    at: dt.datetime,
    verb: AuditVerb,
    scope: str,
    kind: str,
    subject: uuid.UUID,
    reason: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Audit that somebody read something worth noting (a full number, a care layer, an export)."""
    with write_to(actor=actor, at=at) as writing:
        writing.audit(verb, scope=scope, kind=kind, subject=subject, reason=reason, data=data)


def export_number(at: dt.datetime) -> str:
    """What stands on a paper or a file that is taken away, and in the audit: ``261123-5F3A9C01``."""
    return f"{clock.local(at):%y%m%d}-{secrets.token_hex(4).upper()}"


def record_export(*, actor: Actor, at: dt.datetime, ending: str, source: tuple[str, uuid.UUID] | None = None) -> str:
    """Audit that somebody takes a file away; returns the export number that stands on it (``261123-5F3A9C01``).

    ``source``: what the file came from (``("import", id)``), so that whose data stood in it can be told later.
    """
    number = export_number(at)
    kind, subject = source or ("file", None)
    with write_to(actor=actor, at=at) as writing:
        writing.audit(
            AuditVerb.FILE_EXPORTED, kind=kind, subject=subject, data={"number": number, "ending": ending[:8]}
        )
    return number


def store_file(
    *, data: bytes, name: str, purpose: str, scope: str, keep: dt.timedelta, actor: Actor, at: dt.datetime
) -> StoredFile:
    """Keep an uploaded or generated file encrypted until ``at + keep``."""
    stored = StoredFile(
        name=file_name(name),
        purpose=purpose,
        scope=scope,
        size=len(data),
        owner=actor.id,
        created_at=at,
        expires_at=at + keep,
    )
    try:
        files.write(stored.id, data)
        with write_to(actor=actor, at=at) as writing:
            stored.save(force_insert=True)
            writing.audit(AuditVerb.FILE_STORED, scope=scope, kind="file", subject=stored.id, data={"purpose": purpose})
    except BaseException:
        files.erase(stored.id)  # bytes without a row would never expire
        raise
    return stored


def erase_file(file_id: uuid.UUID, *, actor: Actor, at: dt.datetime) -> None:
    """Erase a stored file before its time; nothing happens where it is erased already."""
    with write_to(actor=actor, at=at) as writing:
        stored = StoredFile.objects.select_for_update().filter(pk=file_id, erased_at__isnull=True).first()
        if stored is None:
            return
        files.erase(stored.id)
        StoredFile.objects.filter(pk=file_id).update(erased_at=at)
        writing.audit(AuditVerb.FILE_ERASED, scope=stored.scope, kind="file", subject=stored.id)


def erase_expired_files(*, actor: Actor, at: dt.datetime) -> int:
    """Erase the bytes of files whose time is over; returns how many."""
    with write_to(actor=actor, at=at) as writing:
        expired = list(StoredFile.objects.select_for_update().filter(expires_at__lte=at, erased_at__isnull=True))
        for stored in expired:
            files.erase(stored.id)
            writing.audit(AuditVerb.FILE_ERASED, scope=stored.scope, kind="file", subject=stored.id)
        StoredFile.objects.filter(id__in=[s.id for s in expired]).update(erased_at=at)
    return len(expired)


def erase_strays(*, before: dt.datetime) -> int:
    """Erase bytes that were written before a moment and that no row names; returns how many files.

    A program was killed between writing them and noting them; without a row they would never expire.
    """
    lying = list(files.written_before(before))
    named = {str(pk) for pk in StoredFile.objects.filter(erased_at__isnull=True).values_list("pk", flat=True)}
    strays = [path for path in lying if path.name not in named]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def stamp_home(*, made_with: str, at: dt.datetime) -> None:
    """Note which version made these data, where nothing says so yet."""
    if not Home.objects.exists():
        Home.objects.create(made_with=made_with, made_at=at)


def seal_audit(*, folder: Path, actor: Actor, at: dt.datetime) -> Path:
    """Write the ends of the audit's chains to a file in ``folder`` and note it. Raises OSError."""
    seal = verify.write_seal(folder, at=at)
    with write_to(actor=actor, at=at) as writing:
        writing.audit(AuditVerb.AUDIT_SEALED, data={"digest": verify.digest_of(seal)})
    return seal
