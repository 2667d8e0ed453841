"""关爱帮扶: when a care label is in force, due, to be reviewed, near its end; plain values only
(docs/algorithms/care.md).
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from gridwalk.dictionary.choices import CARE_INTERVALS, CARE_ON_WISH

YEAR = 366
"""The longest a label runs before somebody must renew it, in days."""
SOON = 30
"""So many days before its end a label is on the list of those that end."""
STRETCH = 3
"""An interval may be stretched to so many times its category's."""
LOOK_AHEAD = 2
"""So many days before it is due a contact is on the list, and never more than a third of its interval before: whom one
has just called stands there no more.
"""
LOOK_AHEAD_PART = 3

STEPS = {"consent": "缺本人同意", "contact": "到期联系", "review": "待复评", "ending": "即将到期"}
"""What is next for a label, the most pressing first."""


class Plan(Protocol):
    """What the rules need to know of a label."""

    @property
    def category(self) -> str: ...
    @property
    def interval_days(self) -> int: ...
    @property
    def starts_on(self) -> dt.date: ...
    @property
    def ends_on(self) -> dt.date: ...
    @property
    def last_contact_on(self) -> dt.date | None: ...
    @property
    def consent(self) -> str: ...
    @property
    def review_on(self) -> dt.date | None: ...
    @property
    def ended_on(self) -> dt.date | None: ...


def lacks_consent(plan: Plan) -> bool:
    """Whether the category rests on the person's wish and nobody has said it."""
    return plan.category in CARE_ON_WISH and not plan.consent


def runs(plan: Plan, on: dt.date) -> bool:
    """Whether the day lies in the label's time (both ends included), consent apart."""
    return plan.starts_on <= on <= plan.ends_on and (plan.ended_on is None or on < plan.ended_on)


def in_force(plan: Plan, on: dt.date) -> bool:
    """Whether the label holds on that day; ``predicates.label_in_force`` says the same of rows."""
    return runs(plan, on) and not lacks_consent(plan)


def due_on(plan: Plan) -> dt.date:
    """The day by which the next contact is to be made."""
    return (plan.last_contact_on or plan.starts_on) + dt.timedelta(days=plan.interval_days)


def listed_on(plan: Plan) -> dt.date:
    """The day from which the next contact is on the list; ``predicates.care_listed`` says the same of rows."""
    return due_on(plan) - dt.timedelta(days=min(LOOK_AHEAD, plan.interval_days // LOOK_AHEAD_PART))


def review_after(since: dt.date, ends_on: dt.date) -> dt.date | None:
    """The day of the next review: half the time that is left; None in the last month, where renewal asks the same."""
    half = since + (ends_on - since) // 2
    return half if half + dt.timedelta(days=SOON) <= ends_on else None


def longest_interval(category: str) -> int:
    """The longest interval a person's own label may be given by hand."""
    return CARE_INTERVALS[category] * STRETCH


def steps(plan: Plan, on: dt.date) -> list[str]:
    """What is next (keys of STEPS), the most pressing first; nothing for a label that does not run."""
    if not runs(plan, on):
        return []
    if lacks_consent(plan):
        return ["consent"]
    pressing = {
        "contact": due_on(plan) <= on,
        "review": plan.review_on is not None and plan.review_on <= on,
        "ending": plan.ends_on <= on + dt.timedelta(days=SOON),
    }
    return [step for step, holds in pressing.items() if holds]
