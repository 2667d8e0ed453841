"""What cannot be read at all."""

from __future__ import annotations


class LedgerError(Exception):
    """A file that is no readable ledger; the text says what happened and what to do. Nothing was imported."""


class ListRefused(LedgerError):
    """A file that is a list of a kind that is not taken (red line 1). Nothing of it is kept."""
