"""Looking through the audit's chains, and sealing their ends to a file an auditor keeps."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from gridwalk.core.audit import append
from gridwalk.core.audit import chain as chaining
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
    """What was looked through, and the breaks that were found."""

    n_lines: int = 0
    n_chains: int = 0
    breaks: list[Break] = dataclasses.field(default_factory=list)


def verify(seal: Path | None = None) -> Verified:
    """Recompute every line of every chain; with ``seal``, compare what it saw. Raises SealError."""
    sealed = _read(seal) if seal else {}
    verified = Verified()
    ends = {end.code: end for end in AuditChain.objects.all()}
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
        verified.breaks += _between(previous, seq, entry)
        previous, seq = entry.hash, entry.seq
        if sealed.get(code, (0, ""))[0] == seq and sealed.pop(code)[1] != entry.hash:
            verified.breaks.append(Break("sealed", code, seq))
    if code:
        _end(verified, ends.pop(code, None), code, seq, previous)
    verified.breaks += [Break("cut", end.code, 1) for end in ends.values() if end.seq]
    verified.breaks += [Break("sealed", name, number) for name, (number, _) in sealed.items()]
    return verified


def _holds(previous: str, entry: AuditEntry) -> bool:
    try:
        return chaining.link(previous, append.line(entry), alg=chaining.algorithm_of(entry.hash)) == entry.hash
    except ValueError:
        return False


def _between(previous: str, seq: int, entry: AuditEntry) -> list[Break]:
    """What is wrong between a line and the one before it, of the number ``seq`` and the hash ``previous``."""
    if entry.seq is not None and entry.seq > seq + 1:
        return [Break("removed", entry.chain, seq + 1)]
    # After a gap the line before is unknown, so the link is not looked at there.
    return [] if _holds(previous, entry) else [Break("changed", entry.chain, entry.seq or 0)]


def _end(verified: Verified, end: AuditChain | None, code: str, seq: int, head: str) -> None:
    if end is None or end.seq < seq:
        verified.breaks.append(Break("inserted", code, seq))
    elif end.seq > seq:
        verified.breaks.append(Break("cut", code, seq + 1))
    elif end.head != head:
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
    target = folder / f"audit-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.seal"
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


def _read(seal: Path) -> dict[str, tuple[int, str]]:
    text = seal.read_text("utf-8", errors="replace")
    digest = _digest_line(text)
    body = text[: text.rstrip("\n").rfind("\n") + 1]
    try:
        if not text.startswith(TITLE + "\n") or _digest(body, chaining.algorithm_of(digest)) != digest:
            raise ValueError("not whole")
        rows = [line.split(" ") for line in body.splitlines()[4:]]
        return {code: (int(seq), head) for code, seq, head in rows if int(seq)}
    except ValueError as error:
        raise SealError(f"{seal} 不是完整的封存文件，或被改过。请换审计员手里的那一份。") from error


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
