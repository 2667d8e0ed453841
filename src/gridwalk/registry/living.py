"""Who lives where, and how a dwelling is used, in words; plain values only."""

from __future__ import annotations

LIVING = ("lives_here", "lives_elsewhere_registered", "tenant", "boarder")
REGISTERED = "registered_here"
REGISTERING = ("lives_here", REGISTERED)
"""Kinds by which somebody's household is registered at the door."""

RESIDENCE_LABELS = {
    "lives_here": "户籍在此，住在这里",
    "registered_here": "户籍在此，住在别处",
    "lives_elsewhere_registered": "住在这里，户籍在别处",
    "tenant": "租住",
    "boarder": "借住",
}
VACANCY_SOURCES = {
    "property_office": "物业核实",
    "neighbour": "邻居证实",
    "owner_phone": "产权人电话确认",
    "other_worker": "另一名网格员隔 7 天再看",
}
"""The second source that a dwelling stands empty."""


def dwelling_label(occupancy: str, tenure: str) -> str:
    """The one wording for how a dwelling is used (标识统一): 空房 · 出租房 · 自住 · 借住 · 待核实."""
    if occupancy == "vacant":
        return "空房"
    if tenure == "let":
        return "出租房"
    if tenure == "lent":
        return "借住"
    if tenure == "owner" or occupancy == "occupied":
        return "自住"
    return "待核实"


def gives_up(kind: str, *, there: str, elsewhere: str) -> bool:
    """Whether somebody who comes to a door as ``kind`` gives up a link of kind ``elsewhere`` to another door: nobody
    has two homes or two registrations. ``there``: what linked them to the door already, or "".
    """
    return any(kind in kinds and there not in kinds and elsewhere in kinds for kinds in (LIVING, REGISTERING))


def kind_after_move(kind: str, *, along: bool) -> str:
    """What links somebody to the door they move to; ``along``: their registration moves, too.

    Who lets or lodges goes on so.
    """
    return "lives_elsewhere_registered" if kind == "lives_here" and not along else kind


def stays_registered(kind: str, *, along: bool) -> bool:
    """Whether somebody who moves away stays registered at the door they leave."""
    return kind in ("lives_here", REGISTERED) and not along


def kind_of_both(there: str, coming: str) -> str:
    """The one link of somebody who is linked to the door already and comes with another kind."""
    if REGISTERED in (there, coming):
        return "lives_here" if there != coming else there
    return "lives_here" if "lives_here" in (there, coming) else there
