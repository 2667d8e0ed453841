"""A small secret file that appears whole or not at all, whoever is killed when, and is never overwritten."""

from __future__ import annotations

import os
from pathlib import Path


def create(path: Path, text: str) -> None:
    """Write ``path`` with mode 0600. Raises FileExistsError where it is there already, OSError."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.link(partial, path)  # unlike a rename it fails where the file exists
    finally:
        partial.unlink(missing_ok=True)
