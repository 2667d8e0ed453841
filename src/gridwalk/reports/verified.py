"""What checks by sample bear out of a rate. They are not there yet, and the documents say so."""

from __future__ import annotations

NOT_YET = "还没有抽查"


def verified(indicator: str, scope: str) -> str:
    """核实不低于: at least how much of a rate of an area is borne out, in words."""
    return NOT_YET
