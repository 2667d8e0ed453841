"""Two ledgers' rows → who is who: certain keys, candidates from blocks, weights, one-to-one assignment."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import polars as pl

from gridwalk.method import aliases
from gridwalk.method.linkage import (
    assign,
    blocks,
    caution,
    certain,
    evidence,
    guardians,
    households,
    lent,
    levels,
    places,
    prepare,
    score,
    twins,
)
from gridwalk.method.linkage.pairs import Bools, Compared, Pairs
from gridwalk.method.linkage.weights import MATCH, QUESTION, WEIGHTS, Table

KINDS = tuple(WEIGHTS)
BLOCKS: Mapping[str, Sequence[blocks.Block]] = {
    "person": (
        ("door",),
        ("phone", "surname"),
        ("phone", "born_on"),
        ("name_key",),
        ("sound", "born_on"),
        ("born_on",),
        ("id_head",),
        ("id_tail",),
        ("id_ends",),
        ("id_last", "surname"),
        ("phone_last", "surname"),
        ("id_last", "name_last"),
        ("phone_last", "name_last"),
        ("id_text",),
        ("place", "sound"),
        ("household", "surname"),
        ("household", "born_on"),
        ("house", "name_key"),
    ),
    "dwelling": (
        ("place",),
        ("estate", "room"),
        ("estate", "building", "room"),
        ("phone",),
        ("name_key", "room"),
        ("name_key", "building"),
    ),
    "organization": (
        ("name_key",),
        ("door",),
        ("phone",),
        ("id_text",),
        ("code",),
        ("name_head", "house"),
        ("contact", "house"),
    ),
}
SHORT = 3_000
"""Rows up to which how frequent a value is is reckoned among all of them, not among those left."""
ROUNDS = 2
"""Weighed twice: whom the first round has taken is household evidence in the second."""


@dataclasses.dataclass(frozen=True)
class Links:
    """``pairs``: left_row, right_row, status (match | question), score (0–1), why. Duplicates: row, first_row, why.

    ``aliases``: left estate → right estate, as learnt on the way.
    """

    pairs: pl.DataFrame
    left_duplicates: pl.DataFrame
    right_duplicates: pl.DataFrame
    aliases: Mapping[str, str]


def link(
    left: pl.DataFrame,
    right: pl.DataFrame,
    kind: str,
    *,
    weights: Mapping[str, Table] | None = None,
    apart: Collection[str] = (),
) -> Links:
    """Link rows of ``kind`` (a key of ``WEIGHTS``).

    Frames have ``row`` and any canonical columns (``prepare.COLUMNS``). ``apart``: left estates that are no other name
    of any on the right.

    Every row is in at most one pair; a row said twice on its side is taken once, by its first row.
    """
    sides = [certain.folded(prepare.with_columns(side, kind)) for side in (left, right)]
    doubled = [certain.duplicates(side, certain.DUPLICATE_KEYS[kind]) for side in sides]
    ours, theirs = (s.join(d, on="row", how="anti") for s, d in zip(sides, doubled, strict=True))
    if kind == "person":  # before the estates, as who has one put in says something of a door
        ours, theirs = places.presumed(ours, theirs)
    ours, theirs = places.estates_filled(ours, theirs)
    if kind == "person":
        ours, theirs = map(guardians.reachable, lent.returned(ours, theirs))
    settled: list[pl.DataFrame] = []
    rest: tuple[pl.DataFrame, ...] = (ours, theirs)
    names: dict[str, str] = {}
    for number, key in enumerate(certain.KEYS[kind]):
        sure = certain.pairs(rest[0], rest[1], key)
        if number == 0 and (names := _other_names(ours, theirs, sure, kind, apart)):
            rest, ours = (_renamed(rest[0], names), rest[1]), _renamed(ours, names)
        settled.append(sure.with_columns(status=pl.lit("match"), score=pl.lit(1.0), why=pl.lit(key.why)))
        rest = _without(rest, sure)
    pool, whole = _prepared((ours, theirs), rest, kind)
    town = _town((ours, theirs), whole, kind)
    for _ in range(ROUNDS):
        chosen = _round(pool, town, settled=pl.concat(settled), kind=kind, weights=weights or WEIGHTS[kind])
        matched = chosen.filter(pl.col("status") == "match")
        settled.append(matched)
        if matched.is_empty():
            break
        pool = _without(pool, matched)
    settled.append(chosen.filter(pl.col("status") == "question"))
    pairs = pl.concat(settled)
    if any(len(again) for again in doubled):
        further = _by_second_rows(sides, doubled, names, pairs, kind=kind, weights=weights or WEIGHTS[kind])
        pairs = pl.concat([pairs, further])
    return Links(pairs.sort("left_row"), doubled[0], doubled[1], names)


def _by_second_rows(
    sides: Sequence[pl.DataFrame],
    doubled: Sequence[pl.DataFrame],
    names: Mapping[str, str],
    pairs: pl.DataFrame,
    *,
    kind: str,
    weights: Mapping[str, Table],
) -> pl.DataFrame:
    """Pairs of records whose first row found nobody: what the second row says may be what the other side knows."""
    opened = [
        side.join(pairs.select(row=of), on="row", how="anti").join(again, on="row", how="anti")
        for side, again, of in zip(sides, doubled, ("left_row", "right_row"), strict=True)
    ]
    firsts: list[pl.DataFrame] = []
    for side, again, own, other in zip(sides, doubled, opened, opened[::-1], strict=True):
        second = again.join(own.select(first_row="row"), on="first_row").unique("first_row", keep="first")
        rows = side.join(second.select("row"), on="row", how="semi")
        of_others = pl.concat([rows.join(other, on=list(key), how="semi").select("row") for key in _TOLD[kind]])
        firsts.append(second.join(of_others, on="row", how="semi").select("row", "first_row"))
    if not any(map(len, firsts)):
        return pairs.clear()
    rest = [
        pl.concat([own, side.join(second.select("row"), on="row")])
        for side, own, second in zip(sides, opened, firsts, strict=True)
    ]
    seconds = [set(second["row"].to_list()) for second in firsts]
    left, right = _renamed(rest[0], names), rest[1]
    pool = tuple(prepare.PREPARE[kind](side) for side in (left, right))
    town = _town((left, right), None, kind)
    chosen = _round(pool, town, settled=pairs.clear(), kind=kind, weights=weights)
    chosen = chosen.filter(pl.col("left_row").is_in(list(seconds[0])) | pl.col("right_row").is_in(list(seconds[1])))
    first = [dict(second.iter_rows()) for second in firsts]
    chosen = chosen.with_columns(
        left_row=pl.col("left_row").replace(first[0]), right_row=pl.col("right_row").replace(first[1])
    )
    return chosen.sort("score", descending=True).unique("left_row", keep="first").unique("right_row", keep="first")


_TOLD = {
    "person": (("name", "room"), ("name", "phone"), ("name", "born_on")),
    "organization": (("name", "room"), ("name", "contact_phone")),
    "dwelling": (("building", "room"),),
}
"""What a second row must have in common with some row of the other side to be worth a look."""
Frames = tuple[pl.DataFrame, ...]


@dataclasses.dataclass(frozen=True)
class _Town:
    """Everybody on both sides: the rows as they came, their ``homes`` (``prepare.home_of``), and ``whole``: the
    prepared records among which a value is frequent or rare, None where those at hand say it as well.

    ``together``: pairs of rows that bear one name, which nobody else on either side bears. At least two such pairs
    stand at the same two doors: a family that moved is known by its names.
    """

    sides: Frames
    homes: Frames
    whole: Frames | None
    together: pl.DataFrame


def _town(sides: Frames, whole: Frames | None, kind: str) -> _Town:
    homes = tuple(prepare.home_of(side, kind) for side in sides)
    return _Town(sides, homes, whole, households.together(sides, homes, kind))


def _prepared(sides: Frames, rest: Frames, kind: str) -> tuple[Frames, Frames | None]:
    """What is left to be weighed; in a short ledger everything is prepared, as few rows say nothing of names."""
    sides = tuple(prepare.shared_numbers(side, kind) for side in sides)
    if max(map(len, sides)) > SHORT:
        chosen = (s.join(r.select("row"), on="row", how="semi") for s, r in zip(sides, rest, strict=True))
        return tuple(prepare.PREPARE[kind](side) for side in chosen), None
    whole = tuple(prepare.PREPARE[kind](side) for side in sides)
    return tuple(w.join(r.select("row"), on="row", how="semi") for w, r in zip(whole, rest, strict=True)), whole


def _other_names(
    ours: pl.DataFrame, theirs: pl.DataFrame, sure: pl.DataFrame, kind: str, apart: Collection[str]
) -> dict[str, str]:
    """Left estates under other names on the right: by the same people, else by the same names at the same doors."""
    doors = (side.select("estate", door=_DOOR) for side in (ours, theirs))
    names = aliases.learn(_doors(ours, theirs, sure), *doors)
    if kind == "person":
        names = aliases.learn_from_names(_renamed(ours, names), theirs) | names
    return {name: estate for name, estate in names.items() if name not in apart}


_DOOR = pl.concat_str("building", "room", separator="|")


def _doors(ours: pl.DataFrame, theirs: pl.DataFrame, sure: pl.DataFrame) -> pl.DataFrame:
    """Where both rows of each certain pair say that they live, for learning the estates' other names."""
    if prepare.PRESUMED in ours.columns:
        ours, theirs = (side.filter(pl.col(prepare.PRESUMED).is_null()) for side in (ours, theirs))
    return (
        sure.join(ours.select(left_row="row", left_estate="estate", left_door=_DOOR), on="left_row")
        .join(theirs.select(right_row="row", right_estate="estate", right_door=_DOOR), on="right_row")
        .select("left_estate", "right_estate", "left_door", "right_door")
    )


def _renamed(side: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    return side.with_columns(estate=aliases.apply(side["estate"], names))


def patterns(left: pl.DataFrame, right: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The level of every comparison (a column each) for all candidates no certain key settles: what ``learn``
    learns from.
    """
    ours, theirs = (prepare.PREPARE[kind](prepare.with_columns(side, kind)) for side in (left, right))
    ours, theirs = ours.with_row_index("l"), theirs.with_row_index("r")
    return _levels(Pairs(ours, theirs, blocks.candidates(ours, theirs, BLOCKS[kind])), kind)


def compare(records: pl.DataFrame, pairs: Sequence[tuple[int, int]], kind: str) -> list[dict[str, str]]:
    """How given pairs of one side's records compare: by comparison its level, "" where a side says nothing.

    Frames as ``link`` takes them; a pair names two records by their place in the frame.
    """
    prepared = prepare.PREPARE[kind](prepare.with_columns(records, kind))
    at = pl.DataFrame(
        {"l": [left for left, _ in pairs], "r": [right for _, right in pairs]}, {"l": pl.UInt32, "r": pl.UInt32}
    )
    return _levels(Pairs(prepared, prepared, at), kind).to_dicts()


def _levels(pairs: Pairs, kind: str) -> pl.DataFrame:
    return pl.DataFrame({name: compared.level for name, compared in COMPARE[kind](pairs).items()})


def _without(sides: tuple[pl.DataFrame, ...], pairs: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """The two sides without what the pairs have taken."""
    left, right = sides
    return (
        left.join(pairs.select(row="left_row"), on="row", how="anti"),
        right.join(pairs.select(row="right_row"), on="row", how="anti"),
    )


def _round(
    pool: Frames, town: _Town, *, settled: pl.DataFrame, kind: str, weights: Mapping[str, Table]
) -> pl.DataFrame:
    """One weighing of what is left; the chosen pairs as ``Links.pairs``."""
    left, right = households.counterparts(
        pool[0], pool[1], town.homes, pl.concat([settled.select(*households.ROWS), town.together])
    )
    left, right = left.with_row_index("l"), right.with_row_index("r")
    candidates = blocks.candidates(_with_every_phone(left), _with_every_phone(right), BLOCKS[kind])
    pairs = Pairs(left, right, candidates, whole=town.whole)
    compared = COMPARE[kind](pairs)
    judged = caution.JUDGE[kind](pairs, compared)
    bits = score.total(weights, compared) + score.prior(len(left), len(right))
    bits = np.maximum(bits, judged.least)
    scored = candidates.with_columns(
        bits=bits, p=score.probability(bits), sure=judged.sure, at=np.arange(len(candidates), dtype=np.uint32)
    )
    scored = scored.filter(pl.col("p") >= QUESTION)
    if judged.unless_twins is not None:
        scored = _sure_without_twins(scored, judged.unless_twins, (left, right), town, settled, pairs)
    if kind == "person":
        doubtful = lent.doubtful(pairs, compared, caution.child(pairs), min(map(len, town.sides)))
        scored = scored.with_columns(pl.col("sure") & ~pl.Series(doubtful[scored["at"].to_numpy()]))
    chosen = assign.assign(scored)
    if kind == "person":
        chosen = _without_second_rows(chosen, (left, right), compared["name"].level, town, settled)
    why = evidence.words(compared, chosen["at"].to_numpy())
    return chosen.select(
        left_row=left["row"].gather(chosen["l"]),
        right_row=right["row"].gather(chosen["r"]),
        status="status",
        score=pl.col("p"),
        why=pl.Series(why, dtype=pl.String),
    )


def _with_every_phone(side: pl.DataFrame) -> pl.DataFrame:
    """The side, with one row more for every further telephone of a cell, and of a child's home: for the blocks."""
    others = [column for column in ("phone_more", "phone_home") if column in side.columns]
    further = side.with_columns(phone=pl.coalesce(others).str.split(" ")).filter(pl.col("phone").is_not_null())
    return pl.concat([side, further.explode("phone")]) if len(further) else side


def _person(pairs: Pairs) -> dict[str, Compared]:
    called = levels.name(pairs)
    number = levels.id_number(pairs, called)
    return {
        "name": called,
        "id": number,
        "born": levels.born(pairs, number),
        "sex": levels.equal(pairs, "sex", by_share=False),
        "phone": levels.phone(pairs, called),
        "home": levels.home(pairs),
        "relation": levels.equal(pairs, "relation", by_share=False),
        "community": levels.community(pairs),
    }


def _dwelling(pairs: Pairs) -> dict[str, Compared]:
    return {
        "estate": levels.named(pairs, "estate"),
        "building": levels.equal(pairs, "building"),
        "stairwell": levels.equal(pairs, "stairwell", by_share=False),
        "room": levels.typed(pairs, "room"),
        "owner": levels.owner(pairs),
        "phone": levels.phone(pairs),
        "area": levels.equal(pairs, "area_m2", by_share=False),
        "community": levels.community(pairs),
    }


def _organization(pairs: Pairs) -> dict[str, Compared]:
    return {
        "name": levels.organization(pairs),
        "id": levels.credit_code(pairs),
        "phone": levels.phone(pairs),
        "home": levels.home(pairs),
        "contact": levels.typed(pairs, "contact"),
        "community": levels.community(pairs),
    }


COMPARE = {"person": _person, "dwelling": _dwelling, "organization": _organization}


def _sure_without_twins(
    scored: pl.DataFrame, flagged: Bools, pool: Frames, town: _Town, settled: pl.DataFrame, pairs: Pairs
) -> pl.DataFrame:
    """The pairs, those among them sure that only a twin could have stood in the way of."""
    doubtful = scored.filter((pl.col("p") >= MATCH) & pl.Series(flagged[scored["at"].to_numpy()]))
    if doubtful.is_empty():
        return scored
    doubtful = doubtful.with_columns(numbered=pl.Series(pairs.same("id_no")[doubtful["at"].to_numpy()]))
    safe = twins.safe(doubtful, pool=pool, sides=town.sides, homes=town.homes, settled=settled)
    return scored.with_columns(sure=pl.col("sure") | pl.col("at").is_in(safe.implode()))


def _without_second_rows(
    chosen: pl.DataFrame,
    pool: Frames,
    called: np.ndarray[tuple[int], np.dtype[np.str_]],
    town: _Town,
    settled: pl.DataFrame,
) -> pl.DataFrame:
    """Pairs of two names are asked about where one of the two is known at home already: somebody's second row would
    take a brother or sister.
    """
    doubtful = chosen.filter((pl.col("status") == "match") & pl.Series(called[chosen["at"].to_numpy()] != "same"))
    columns = (("left_row", "l"), ("right_row", "r"))
    for side, (of, at), whole, homes in zip(pool, columns, town.sides, town.homes, strict=True):
        if doubtful.is_empty():
            return chosen
        rows = doubtful.select(at, row=side["row"].gather(doubtful[at]))
        there = rows.join(homes, on="row").join(whole.select("row", "name"), on="row")
        known = settled.select(row=of).join(homes.filter(pl.col("home").is_in(there["home"].implode())), on="row")
        known = known.join(whole.select("row", "name"), on="row").select("home", "name")
        second = there.join(known, on=["home", "name"], how="semi")[at]
        chosen = chosen.with_columns(
            status=pl.when(pl.col(at).is_in(second.implode())).then(pl.lit("question")).otherwise("status")
        )
    return chosen
