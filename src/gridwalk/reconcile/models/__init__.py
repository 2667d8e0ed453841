"""Ledgers handed in, what they leave to decide, what the sides say, back-fill lists, other names of estates."""

from gridwalk.reconcile.models.estate_names import EstateAlias
from gridwalk.reconcile.models.handed_in import (
    ComparedCommunity,
    Comparison,
    Import,
    StagedRow,
    Submission,
    Unmatched,
)
from gridwalk.reconcile.models.sides import BackfillItem, SideRow

__all__ = [
    "BackfillItem",
    "ComparedCommunity",
    "Comparison",
    "EstateAlias",
    "Import",
    "SideRow",
    "StagedRow",
    "Submission",
    "Unmatched",
]
