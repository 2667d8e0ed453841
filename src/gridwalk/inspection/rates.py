"""Which rates a sample of doors bears out beside the first, and by which answer; plain values only.

A door *claims* units of a rate when it is drawn, and one answer confirms all of them or none: people live there and are
linked, somebody lives there or it is vacant, every contact due was made.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping

from gridwalk.inspection.rules import N_LIVING


class Rate(enum.StrEnum):
    """A rate of the plan, by the code of its indicator."""

    ATTENTION = "attention"
    LINKAGE = "linkage"
    RESOLVED = "dwellings_resolved"


LABELS: Mapping[Rate, str] = {
    Rate.ATTENTION: "关注率",
    Rate.LINKAGE: "人房关联率",
    Rate.RESOLVED: "房屋居住已明率",
}
UNITS: Mapping[Rate, str] = {Rate.ATTENTION: "项", Rate.LINKAGE: "人", Rate.RESOLVED: "户"}

CONTACT, LIVED_IN = "contact", "lived_in"
"""What is compared beside fields of the dictionary: whether the last contact is as late as it may be; whether somebody
lives there."""
ANSWERS: Mapping[Rate, str] = {Rate.ATTENTION: CONTACT, Rate.LINKAGE: N_LIVING, Rate.RESOLVED: LIVED_IN}
"""Rate → what confirms it."""
BY_STREET_ONLY = frozenset({Rate.ATTENTION})
"""Care stands nowhere by community: few have a label (red line 5)."""


class Contact(enum.StrEnum):
    """When somebody of the community came or rang last, as whoever is asked says. Asked everywhere, so that the
    question tells nothing of a door.
    """

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    TWO_MONTHS = "two_months"
    QUARTER = "quarter"
    EARLIER = "earlier"
    UNKNOWN = "unknown"


CONTACTS: Mapping[Contact, str] = {
    Contact.WEEK: "一周以内",
    Contact.FORTNIGHT: "两周以内",
    Contact.MONTH: "一个月以内",
    Contact.TWO_MONTHS: "两个月以内",
    Contact.QUARTER: "三个月以内",
    Contact.EARLIER: "更早，或没有",
    Contact.UNKNOWN: "说不清",
}
_DAYS: Mapping[Contact, int] = {
    Contact.WEEK: 7,
    Contact.FORTNIGHT: 14,
    Contact.MONTH: 30,
    Contact.TWO_MONTHS: 60,
    Contact.QUARTER: 90,
}


def contact_agrees(contact: Contact | None, intervals: Collection[int], n_days: int) -> bool | None:
    """Whether the last contact is one that the shortest interval allows, so many days after the draw; None where
    nobody said, or no contact is due at the door.
    """
    if contact in {None, Contact.UNKNOWN} or not intervals:
        return None
    if contact is Contact.EARLIER:
        return False
    return _DAYS[contact] <= min(intervals) + n_days


def lived_in_agrees(*, n_living: int | None, occupancy: str, n_recorded: int, recorded: str) -> bool | None:
    """Whether somebody lives at the door, or nobody, as the register has it; None where either does not say.

    Who lives there counts before the word for it.
    """
    told = n_living > 0 if n_living is not None else _lived_in(occupancy)
    on_record = True if n_recorded else _lived_in(recorded)
    return None if told is None or on_record is None else told == on_record


def occupancy_told(n_living: int) -> str:
    """The word for it that so many living at a door amount to."""
    return "occupied" if n_living else "vacant"


def _lived_in(occupancy: str) -> bool | None:
    return {"occupied": True, "vacant": False}.get(occupancy)
