"""What can go wrong with a backup, in words for whoever runs it."""

from __future__ import annotations

import errno

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class BackupError(Exception):
    """A backup that cannot be made or restored; the text says what happened, what is untouched and what to do."""


def is_full(error: OSError) -> bool:
    """Whether the disk, the quota or the largest permitted file is full."""
    return error.errno in _FULL
