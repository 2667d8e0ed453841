"""What cannot be read at all."""

from __future__ import annotations


class LedgerError(Exception):
    """A file that is no readable ledger; the text says what happened and what to do. Nothing was imported."""
