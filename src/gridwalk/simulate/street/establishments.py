"""Businesses, key sites and care recipients of the street."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from gridwalk.dictionary import choices
from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street import words
from gridwalk.simulate.street.identities import Identities
from gridwalk.simulate.street.model import LIVING, Care, Community, Door, Organization, Person, Site

ORGANIZATIONS_PER_DOOR = 170 / 13000
SITES_PER_DOOR = 40 / 13000

# (category, recipients at 13,000 doors, youngest, oldest)
CARE: tuple[tuple[str, int, int, int], ...] = (
    ("living_alone", 240, 70, 110),
    ("aged", 240, 80, 110),
    ("disabled", 130, 18, 79),
    ("low_income", 80, 30, 79),
    ("child_in_need", 20, 3, 16),
    ("chronic_illness", 60, 50, 79),
    ("veteran", 70, 40, 90),
    ("bereaved_family", 10, 55, 85),
    ("other_help", 30, 20, 90),
)
ENDING, AGREED = 0.15, 0.8
"""Of the labels: how many end during the hundred days; of those that rest on a wish: how many were agreed to."""


def organizations(doors: Sequence[Door], seed: int) -> list[Organization]:
    """Businesses behind shop doors first, then in towers."""
    rng = chance.stream(seed, "organizations")
    identities = Identities(rng)
    n = round(sum(d.usage == "residential" for d in doors) * ORGANIZATIONS_PER_DOOR)
    shops = [d for d in doors if d.usage == "business"]
    offices = [d for d in doors if d.usage == "residential" and d.style == "tower" and d.place.floor <= 3]
    chosen = rng.sample(shops, min(n, len(shops)))
    chosen += rng.sample(offices, min(n - len(chosen), len(offices)))
    founded = []
    for number, door in enumerate(sorted(chosen, key=lambda d: d.ref), start=1):
        trade, kind, form = rng.choice(words.TRADES)
        name = "".join(rng.sample(words.TRADE_NAMES, 2))
        founded.append(
            Organization(
                ref=f"O{number:04d}",
                name=f"天津市河北区{name}{trade}" + form,
                uscc=identities.uscc(),
                org_kind=kind,
                place=door.place,
                contact_name=identities.surname() + identities.given("male", 45),
                contact_phone=identities.phone(),
            )
        )
    return founded


def sites(doors: Sequence[Door], communities: Sequence[Community], seed: int) -> list[Site]:
    """Key sites, every community at least one."""
    rng = chance.stream(seed, "sites")
    identities = Identities(rng)
    n = max(len(communities), round(sum(d.usage == "residential" for d in doors) * SITES_PER_DOOR))
    shops = {c.code: [d for d in doors if d.place.community == c.code and d.usage == "business"] for c in communities}
    chosen = []
    for number in range(n):
        community = communities[number % len(communities)]
        label, kind, interval = words.SITE_KINDS[(number // len(communities) + number) % len(words.SITE_KINDS)]
        pool = shops[community.code] or [d for d in doors if d.place.community == community.code]
        chosen.append(
            Site(
                ref=f"S{number + 1:03d}",
                name=f"{community.short}{rng.choice(words.TRADE_NAMES)}{rng.choice(words.TRADE_NAMES)}{label}",
                site_kind=kind,
                place=rng.choice(pool).place,
                contact_name=identities.surname() + identities.given("female", 42),
                contact_phone=identities.phone(),
                interval_days=interval,
            )
        )
    return chosen


def _living_together(homes: Sequence[Door], persons: dict[str, Person]) -> list[tuple[Person, int]]:
    """Whoever lives in one of these homes, with how many live there."""
    living: list[tuple[Person, int]] = []
    for door in homes:
        inside = [persons[s.person] for s in door.stays if s.kind in LIVING]
        living.extend((person, len(inside)) for person in inside)
    return living


def care(doors: Sequence[Door], persons: dict[str, Person], on: dt.date, seed: int) -> list[Care]:
    """Care labels of people who live here; those living alone really do. Some end soon, some wait for consent."""
    rng = chance.stream(seed, "care")
    plans = chance.stream(seed, "care plans")
    homes = [d for d in doors if d.usage == "residential"]
    living = _living_together(homes, persons)
    taken: set[str] = set()
    labels: list[Care] = []
    for category, n, youngest, oldest in CARE:
        pool = [
            person
            for person, together in living
            if person.ref not in taken
            and youngest <= person.age(on) <= oldest
            and (category != "living_alone" or together == 1)
        ]
        for person in rng.sample(pool, min(len(pool), max(1, round(n * len(homes) / 13000)))):
            taken.add(person.ref)
            starts_on = on - dt.timedelta(days=rng.randrange(120, 400))
            ends_on = on + dt.timedelta(days=rng.randrange(300, 700))
            if plans.random() < ENDING:
                ends_on = on + dt.timedelta(days=plans.randrange(40, 120))
            agreed = category in choices.CARE_ON_WISH and plans.random() < AGREED
            labels.append(
                Care(
                    ref=f"C{len(labels) + 1:04d}",
                    person=person.ref,
                    category=category,
                    interval_days=choices.CARE_INTERVALS[category],
                    starts_on=starts_on,
                    ends_on=ends_on,
                    consent_on=starts_on if agreed else None,
                )
            )
    return labels
