"""Looking through the audit's chains, and sealing their ends to a file an auditor keeps."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from gridwalk.core import envelope, stamps
from gridwalk.core.audit import append
from gridwalk.core.audit import chain as chaining
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditChain, AuditEntry

TITLE = "gridwalk audit seal 1"
_NAME = re.compile(r"audit-(\d{8}T\d{6})Z\.seal")
_CHUNK = 2000


class SealError(Exception):
    """A seal that cannot be written or read; the text says what to do."""


@dataclasses.dataclass(frozen=True)
class Break:
    """A place where a chain does not hold: ``changed``, ``removed``, ``inserted``, ``cut`` (its end is missing) or
    ``sealed`` (another line stands where the seal saw one), ``copied`` (or where a copy has one: ``was``).
    """

    kind: str
    chain: str
    seq: int
    was: str = ""


@dataclasses.dataclass
class Verified:
    """What was looked through, and the breaks that were found.

    ``n_seals`` were compared, the newest of them of ``newest``; ``given_up``: seals of a time that a restore gave up;
    ``missing``: before so many of the seals one is missing.
    """

    n_lines: int = 0
    n_chains: int = 0
    breaks: list[Break] = dataclasses.field(default_factory=list)
    n_seals: int = 0
    newest: dt.datetime | None = None
    given_up: int = 0
    missing: int = 0


def verify(seals: Iterable[Path] = ()) -> Verified:
    """Recompute every line of every chain; compare what the seals saw. Raises SealError."""
    verified, key = Verified(), envelope.mark_key("audit")
    sealed = _sealed(verified, seals)
    ends = {end.code: end for end in AuditChain.objects.all()}
    unkeyed = {code: (end.unkeyed, end.anchor) for code, end in ends.items()}
    code, previous, seq = "", "", 0
    for entry in AuditEntry.objects.order_by("chain", "seq", "id").iterator(chunk_size=_CHUNK):
        verified.n_lines += 1
        if entry.chain != code:
            if code:
                _end(verified, ends.pop(code, None), code, seq, previous)
            code, previous, seq = entry.chain, "", 0
            verified.n_chains += 1
        if entry.seq is None or not code:
            verified.breaks.append(Break("inserted", code, 0))
            continue
        verified.breaks += _between(previous, seq, entry, key=key, unkeyed=unkeyed.get(code, (0, "")))
        previous, seq = entry.hash, entry.seq
        if sealed.pop((code, seq), {entry.hash}) != {entry.hash}:
            verified.breaks.append(Break("sealed", code, seq))
    if code:
        _end(verified, ends.pop(code, None), code, seq, previous)
    verified.breaks += [Break("cut", end.code, 1) for end in ends.values() if end.seq]
    verified.breaks += [Break("sealed", name, number) for name, number in sorted(sealed)]
    return verified


def _sealed(verified: Verified, seals: Iterable[Path]) -> dict[tuple[str, int], set[str]]:
    """(chain, number) → the hashes that the seals saw there; seals of a time that was given up by a restore are left
    out and counted.
    """
    sealed: dict[tuple[str, int], set[str]] = defaultdict(set)
    gone, digest = _given_up(), ""
    for path in seals:
        seal = _read(path)
        verified.n_seals += 1
        verified.missing += bool(digest) and seal.previous != digest
        digest = seal.digest
        verified.newest = max(seal.at, verified.newest or seal.at)
        if any(since < seal.at <= until for since, until in gone):
            verified.given_up += 1
            continue
        for code, (seq, head) in seal.ends.items():
            sealed[code, seq].add(head)
    return sealed


def _given_up() -> list[tuple[dt.datetime, dt.datetime]]:
    """From the last line of a backup until it was restored, of every restore."""
    restored = AuditEntry.objects.filter(verb=AuditVerb.BACKUP_RESTORED.value).values_list("at", flat=True)
    spans = []
    for until in restored:
        since = AuditEntry.objects.filter(at__lt=until).aggregate(last=Max("at"))["last"]
        spans.append((since or until, until))
    return spans


def _between(previous: str, seq: int, entry: AuditEntry, *, key: bytes, unkeyed: tuple[int, str]) -> list[Break]:
    """What is wrong between a line and the one before it, of the number ``seq`` and the hash ``previous``."""
    number, (n, anchor) = entry.seq or 0, unkeyed
    if number > seq + 1:
        return [Break("removed", entry.chain, seq + 1)]
    # After a gap the line before is unknown, so the link is not looked at there.
    line = append.line(entry)
    if not chaining.holds(entry.hash, previous, line, key=key, unkeyed=number <= n):
        return [Break("changed", entry.chain, number)]
    vouched = number != n or chaining.anchor(entry.chain, n, entry.hash, key=key) == anchor
    return [] if vouched else [Break("changed", entry.chain, number)]


def _end(verified: Verified, end: AuditChain | None, code: str, seq: int, head: str) -> None:
    if end is None or end.seq < seq:
        verified.breaks.append(Break("inserted", code, seq))
    elif end.seq > seq:
        verified.breaks.append(Break("cut", code, seq + 1))
    elif end.head != head or end.unkeyed > seq:
        verified.breaks.append(Break("changed", code, seq))


def write_seal(folder: Path, *, at: dt.datetime) -> Path:
    """Write the end of every chain to ``audit-<time>.seal``; it names the digest of the seal before it.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = _newest(folder)
    ends = list(AuditChain.objects.order_by("code"))
    lines = [
        TITLE,
        f"at {at.astimezone(dt.UTC).isoformat(timespec='seconds')}",
        f"previous {_digest_line(before.read_text()) if before else '-'}",
        f"lines {sum(end.seq for end in ends)}",
        *(f"{end.code} {end.seq} {end.head}" for end in ends),
    ]
    body = "\n".join(lines) + "\n"
    text = f"{body}digest {_digest(body, settings.AUDIT_HASH)}\n"
    target = stamps.free_name(folder, "audit", ".seal", at=at)
    partial = target.with_suffix(".part")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(target)
    return target


def digest_of(seal: Path) -> str:
    """The last line of a seal: short enough for a notebook."""
    return _digest_line(seal.read_text("utf-8"))


def _digest_line(text: str) -> str:
    return text.rstrip("\n").rsplit("\n", 1)[-1].removeprefix("digest ")


def _digest(body: str, alg: str) -> str:
    return f"{alg.lower()}:{chaining.digest(body.encode(), alg=alg)}"


@dataclasses.dataclass(frozen=True)
class Seal:
    """A seal as it was written: when, its digest and that of the seal before, the end of every chain (code →
    number, hash).
    """

    at: dt.datetime
    digest: str
    previous: str
    ends: dict[str, tuple[int, str]]


def _read(path: Path) -> Seal:
    text = path.read_text("utf-8", errors="replace")
    digest = _digest_line(text)
    body = text[: text.rstrip("\n").rfind("\n") + 1]
    try:
        if not text.startswith(TITLE + "\n") or _digest(body, chaining.algorithm_of(digest)) != digest:
            raise ValueError("not whole")
        _, at, previous, _, *lines = body.splitlines()
        rows = [line.split(" ") for line in lines]
        ends = {code: (int(seq), head) for code, seq, head in rows if int(seq)}
        moment = dt.datetime.fromisoformat(at.removeprefix("at "))
        return Seal(moment, digest, previous.removeprefix("previous "), ends)
    except ValueError as error:
        raise SealError(f"{path} 不是完整的封存文件，或被改过。请换审计员手里的那一份。") from error


def kept_seals(folder: Path) -> list[Path]:
    """The seals in a folder, the oldest first."""
    return [path for _, path in sorted(_seals(folder))]


def _seals(folder: Path) -> Iterator[tuple[dt.datetime, Path]]:
    if folder.is_dir():
        for path in folder.iterdir():
            named = _NAME.fullmatch(path.name)
            if named:
                yield dt.datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC), path


def _newest(folder: Path) -> Path | None:
    newest = max(_seals(folder), default=None)
    return newest[1] if newest else None


def latest_seal() -> dt.datetime | None:
    """When the audit was last sealed into the folder of seals."""
    newest = max(_seals(Path(settings.SEALS_DIR)), default=None)
    return newest[0] if newest else None
