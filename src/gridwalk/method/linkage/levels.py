"""How two values compare: one level a pair, for all pairs of candidates at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from gridwalk.method.linkage import prepare
from gridwalk.method.linkage.pairs import Bools, Compared, Pairs, Seen, alike, edits, is_true, pick, seen

UNSEEN_NUMBER = 0.002
"""Identifiers are given out once: two people hardly ever have one."""
WORD = 6
DATED = 14
"""Characters of an ID number from which it holds its birth date (GB 11643)."""
SHOWN = 4
"""Characters of a masked number that must be seen on both sides, beside those of the area, to say anything."""
AREA = 6


def name(pairs: Pairs) -> Compared:
    """Names of persons: the same · sounding the same · a keystroke apart · all that can be seen the same · the surname
    only · the given name only · other.
    """
    left, right = pairs.both("name_key")
    filled, same = pairs.filled("name_key"), pairs.same("name_key")
    sounds = pairs.same("sound")
    open_ = filled & ~same & ~sounds
    # Among two characters one keystroke is half the name; only swapping them is a slip.
    is_long, is_latin = pairs.each(pl.col("name_key").str.len_chars() >= 3, pl.col("name_key").str.contains("[a-z]"))
    long, latin = np.logical_or(*is_long), np.logical_and(*is_latin)
    slip = (edits(left, right, open_ & long & ~latin, 1) <= 1) | _swapped(left, right, open_ & ~long)
    near = slip | alike(left, right, open_ & latin)
    masked = seen(pairs, "name_key", "name_seen")
    spoken = filled | masked.filled & (np.logical_or(*pairs.codes("name_key")) | masked.agree)
    level = pick(
        pairs,
        spoken,
        same=same,
        sounds=sounds,
        near=near,
        seen=masked.agree,
        surname=pairs.same("surname"),
        given=pairs.same("given"),
    )
    return Compared(level, _share_of_whole(pairs, "name_key", level))


def _swapped(left: pl.Series, right: pl.Series, where: Bools) -> Bools:
    """Where one is the other from behind, where asked."""
    swapped = np.zeros(len(where), dtype=np.bool_)
    at = np.flatnonzero(where)
    swapped[at] = [name == other[::-1] for name, other in zip(left.gather(at), right.gather(at), strict=True)]
    return swapped


def _share_of_whole(pairs: Pairs, column: str, level: npt.NDArray[np.str_], **unseen: float) -> npt.NDArray[np.float64]:
    """The share of the value agreed on; nothing where only a part of it can be seen."""
    return np.where(level == "seen", 0.0, pairs.share(column, **unseen))


def id_number(pairs: Pairs, called: Compared | None = None) -> Compared:
    """ID numbers as written: two with right check digits that differ are two persons; a slip is one or two keystrokes.

    ``called``: the persons' names. A number that its own row contradicts, under two names, is a relative's. Numbers of
    two papers (a passport's and a citizen's) say nothing of each other.
    """
    left, right = pairs.both("id_text")
    number = pl.col("id_text")
    starred, lost, is_full, shows, is_dated = pairs.each(
        number.str.contains("*", literal=True),
        number.str.ends_with("000"),
        number.str.len_chars() >= 17,
        number.str.count_matches("[0-9X]") >= SHOWN,
        number.str.len_chars() >= DATED,
    )
    of_one_paper, kept, birth = pairs.same_of(_PAPER, number.str.slice(0, prepare.KEPT), number.str.slice(6, 8))
    filled, same = pairs.filled("id_text") & of_one_paper, pairs.same("id_text")
    valid, stars, full = pairs.filled("id_valid"), np.logical_or(*starred), np.logical_and(*is_full)
    keystrokes = edits(left, right, filled & ~same & ~valid & ~stars, 2)
    shown = seen(pairs, "id_seen", "id_seen") if stars.any() else Seen.nothing(pairs.n)
    # Two masks, or a mask and a number a table program spoilt, may show nothing but the area in common.
    n_shown = np.maximum(shown.n_start - AREA, 0) + shown.n_end
    distinct = np.logical_and(*shows) & ~(shown.agree & (n_shown < SHOWN))
    borrowed = np.zeros(pairs.n, dtype=np.bool_) if called is None else _borrowed(pairs, called)
    level = pick(
        pairs,
        filled & (~stars | distinct),
        other=borrowed,
        same=same & ~stars,
        both_valid=valid & ~same,
        kept=kept & np.logical_or(*lost) & ~stars,
        near=keystrokes <= 1,
        two=keystrokes == 2,
        seen=stars & shown.agree,
        unseen=stars & full & ~shown.end,
        birth=birth & full & ~stars,
    )
    share = _share_of_whole(pairs, "id_text", level, unseen=UNSEEN_NUMBER)
    return Compared(level, share, is_dated[0])


_PAPER = pl.col("id_text").str.extract("^([^ ]+) ").fill_null("")
"""The paper before a number (护照 E12345678); "" for a citizen's."""


def credit_code(pairs: Pairs) -> Compared:
    """Codes of organizations: the same · the organization code within the credit code · a slip · two valid ones.

    The registration number of before 2015 and the credit code say nothing about each other.
    """
    left, right = pairs.both("id_text")
    (length,) = pairs.each(pl.col("id_text").str.len_chars().cast(pl.Int32))
    of_one_kind = np.abs(length[0] - length[1]) <= 1
    coded = pairs.filled("code") & ~of_one_kind
    same = pairs.same("id_text") | coded & pairs.same("code")
    valid = pairs.filled("id_valid")
    filled = pairs.filled("id_text") & (of_one_kind | coded)
    near = edits(left, right, filled & of_one_kind & ~same & ~valid, 2) <= 2
    return Compared(
        pick(pairs, filled, same=same, both_valid=valid, near=near), pairs.share("id_text", unseen=UNSEEN_NUMBER)
    )


def _borrowed(pairs: Pairs, called: Compared) -> Bools:
    """Where a doubted number stands under two names that have nothing in common: 王伟 and 王伟外出 have."""
    (is_doubted,) = pairs.each(pl.col("id_doubted"))
    doubted: Bools = np.logical_or(*is_doubted) & np.isin(called.level, ["surname", "other"])
    at = np.flatnonzero(doubted)
    for place, left, right in zip(at, *(names.gather(at) for names in pairs.both("name_key")), strict=True):
        doubted[place] = not (left and right and (left.startswith(right) or right.startswith(left)))
    return doubted


OF_THE_NUMBER = ("near", "two", "seen", "unseen", "both_valid")
"""Levels of two numbers at which the birth date that only the number says is no second evidence."""


def born(pairs: Pairs, number: Compared | None = None) -> Compared:
    """Birth dates: the same · one of year, month, day otherwise, or day and month swapped · the year alone · other.

    ``number``: how the ID numbers compare.
    """
    born_on = pl.col("born_on")
    filled, same = pairs.filled("born_on"), pairs.same("born_on")
    years, months, days, said = pairs.each(born_on.dt.year(), born_on.dt.month(), born_on.dt.day(), pl.col("born_said"))
    year, month, day = (left == right for left, right in (years, months, days))
    swapped = (months[0] == days[1]) & (days[0] == months[1])
    one_off = (year.astype(int) + month + day) == 2
    if number is not None:
        filled &= np.logical_and(*said) | ~np.isin(number.level, OF_THE_NUMBER)
    return Compared(pick(pairs, filled, same=same, near=one_off | year & swapped, year=year), pairs.share("born_on"))


def equal(pairs: Pairs, column: str, *, by_share: bool = True) -> Compared:
    """The same or other."""
    filled, same = pairs.filled(column), pairs.same(column)
    return Compared(pick(pairs, filled, same=same), pairs.share(column) if by_share else None)


def typed(pairs: Pairs, column: str, *, most: int = 1) -> Compared:
    """The same, at most ``most`` keystrokes apart, or other."""
    left, right = pairs.both(column)
    filled, same = pairs.filled(column), pairs.same(column)
    return Compared(
        pick(pairs, filled, same=same, near=edits(left, right, filled & ~same, most) <= most), pairs.share(column)
    )


def phone(pairs: Pairs, called: Compared | None = None) -> Compared:
    """Telephones: one of the numbers the same · a keystroke apart · all that can be seen the same · of a child without
    its own, the household's · other.

    ``called``: the persons' names. Brothers and sisters share a guardian's telephone: it speaks for one name alone.
    """
    left, right = pairs.both("phone")
    filled, same = pairs.filled("phone"), pairs.same("phone") | _further(pairs, "phone", "phone_more")
    near = edits(left, right, filled & ~same, 1) <= 1
    masked = seen(pairs, "phone", "phone_seen")
    kin = _of_household(pairs) & (False if called is None else np.isin(called.level, ("same", "sounds")))
    level = pick(pairs, filled | masked.filled | kin, same=same, near=near, seen=masked.agree, kin=kin)
    return Compared(level, _share_of_whole(pairs, "phone", level))


def _of_household(pairs: Pairs) -> Bools:
    """Where one side's telephone is one at the home of the other's child; a child's own was never said."""
    reached = np.zeros(pairs.n, dtype=np.bool_)
    if not pairs.says("phone_home"):
        return reached
    phones, homes = pairs.both("phone"), pairs.both("phone_home")
    for phone_, home_ in zip(phones, homes[::-1], strict=True):
        at = np.flatnonzero(is_true(phone_.is_not_null() & home_.is_not_null()))
        told = pl.DataFrame({"phone": phone_.gather(at), "home": home_.gather(at)})
        reached[at] |= told.select(pl.col("home").str.split(" ").list.contains(pl.col("phone"))).to_series().to_numpy()
    return reached


def owner(pairs: Pairs) -> Compared:
    """Owners of a dwelling: one of them the same · a keystroke apart · other."""
    compared = typed(pairs, "name_key")
    level = np.where(_further(pairs, "name_key", "name_more"), "same", compared.level)
    return dataclasses.replace(compared, level=level)


def _further(pairs: Pairs, first: str, more: str) -> Bools:
    """Where a further one of one side's values (``more``, with spaces between) is one of the other's."""
    if not pairs.says(more):
        return np.zeros(pairs.n, dtype=np.bool_)
    sides = (*pairs.both(first), *pairs.both(more))
    frame = pl.DataFrame(dict(zip(("here", "there", "here_more", "there_more"), sides, strict=True)))
    values = [
        pl.concat_str(pl.col(side).fill_null(""), pl.col(f"{side}_more").fill_null(""), separator=" ").str.split(" ")
        for side in ("here", "there")
    ]
    common = frame.select(values[0].list.set_intersection(values[1]).list.eval(pl.element() != "").list.any())
    return is_true(common.to_series())


def named(pairs: Pairs, column: str, *, within: bool = False) -> Compared:
    """Names of estates, organizations, owners: the same, (one within the other,) near, or other."""
    left, right = pairs.both(column)
    filled, same = pairs.filled(column), pairs.same(column)
    levels: Mapping[str, Bools] = {"same": same}
    if within:
        short = ((left.str.len_chars() >= 3) & (right.str.len_chars() >= 3)).fill_null(False)
        a, b = pl.col("a"), pl.col("b")
        inside = pl.DataFrame({"a": left, "b": right}).select(
            (a.str.contains(b, literal=True) | b.str.contains(a, literal=True)).fill_null(False)
        )
        levels = {**levels, "within": (short & inside.to_series()).to_numpy()}
    near = (edits(left, right, filled & ~same, 1) <= 1) | alike(left, right, filled & ~same)
    return Compared(pick(pairs, filled, **levels, near=near), pairs.share(column))


def organization(pairs: Pairs) -> Compared:
    """Names of organizations (``named``); two branches of different numbers or words are not one."""
    compared = named(pairs, "name_key", within=True)
    (is_branch,) = pairs.each(pl.col("branch") != "")
    two = ~pairs.same("branch") & np.logical_and(*is_branch)
    return dataclasses.replace(compared, level=np.where(two & (compared.level != ""), "other", compared.level))


def home(pairs: Pairs) -> Compared:
    """Doors: the same · of households known to be the same people · the same but for a stairwell left out · same
    building and room · the building misspelt, the room the same · same building · same estate, by how many live there
    · other.
    """
    household = pairs.same("household") if pairs.has("household") else np.zeros(pairs.n, dtype=np.bool_)
    filled = pairs.filled("door") | pairs.filled("house") | household
    same, room, building = pairs.same("door"), pairs.same("place"), pairs.same("house")
    open_ = ~same & ~household & ~building
    same_estate, same_building = pairs.same("estate"), pairs.same("building")
    misspelt_estate = alike(*pairs.both("estate"), open_ & same_building & pairs.filled("estate"))
    # A building is a number where estates have names; only where it is a word (a street's name) can it be misspelt.
    (are_words,) = pairs.each(pl.col("building").str.len_chars() >= WORD)
    misspelt_building = alike(*pairs.both("building"), open_ & same_estate & np.logical_and(*are_words))
    near = misspelt_estate | misspelt_building
    unsaid = pairs.same("flat") & ~pairs.filled("stairwell")
    level = pick(
        pairs,
        filled,
        same=same,
        household=household,
        unsaid=unsaid & same_estate,
        room=room,
        near=near & pairs.same("room"),
        building=building | near,
        estate=same_estate,
    )
    level = np.where(_presumed(pairs) & ~np.isin(level, FOR_A_PAIR), "", level)
    shares = pairs.share("door")
    for code, column in (("estate", "estate"), ("unsaid", "flat")):
        if (at := level == code).any():
            shares = np.where(at, pairs.share(column), shares)
    return Compared(level, shares)


FOR_A_PAIR = ("same", "household", "unsaid", "near")
"""Levels of two homes at which a door that is presumed of one of them counts."""


def _presumed(pairs: Pairs) -> Bools:
    if not pairs.has(prepare.PRESUMED):
        return np.zeros(pairs.n, dtype=np.bool_)
    (presumed,) = pairs.each(pl.col(prepare.PRESUMED).is_not_null())
    either: Bools = np.logical_or(*presumed)
    return either


def community(pairs: Pairs) -> Compared:
    """Communities, where not both sides say an estate: the estate says it already."""
    said = pairs.filled("community") & ~pairs.filled("estate")
    if not said.any():
        return Compared(np.full(pairs.n, "", dtype="U10"))
    return Compared(pick(pairs, said, same=pairs.same("community")), pairs.share("community"))
