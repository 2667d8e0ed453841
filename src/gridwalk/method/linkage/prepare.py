"""What linking looks at, derived from the canonical columns: only for records that no certain key has settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from gridwalk.method import names, newborns, text

PLACE = ("estate", "building", "stairwell", "room")
"""The parts of a door, as ``addresses`` reads them; both frames may have them."""
REGISTERED = "registered_"
"""What stands before the parts of the door at which somebody is registered, where the row says no other."""
PRESUMED = "door_presumed"
"""Where the door comes from that the row does not say of itself (a word of ``places``): it speaks for a pair, never
against one.
"""
COLUMNS: Mapping[str, Mapping[str, pl.DataType]] = {
    "person": {
        "name": pl.String(),
        "id_no": pl.String(),
        "id_text": pl.String(),
        "born_on": pl.Date(),
        "sex": pl.String(),
        "phone": pl.String(),
        "relation": pl.String(),
        "name_seen": pl.String(),
        "phone_seen": pl.String(),
        "phone_more": pl.String(),
        "phone_home": pl.String(),
        "community": pl.String(),
        **{f"{REGISTERED}{part}": pl.String() for part in PLACE},
        PRESUMED: pl.String(),
    },
    "dwelling": {
        "owner_name": pl.String(),
        "owner_phone": pl.String(),
        "area_m2": pl.String(),
        "phone_more": pl.String(),
        "community": pl.String(),
    },
    "organization": {
        "name": pl.String(),
        "uscc": pl.String(),
        "id_text": pl.String(),
        "contact_name": pl.String(),
        "contact_phone": pl.String(),
        "phone_more": pl.String(),
        "community": pl.String(),
    },
}
"""``name_seen``, ``phone_seen``: a masked name or number as far as it can be seen (张*, 120****0012); ``phone_more``:
the further numbers of a cell, with a space between; ``phone_home``: those of a child's household (``guardians``).
"""


def with_columns(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The frame with every column linking may ask for; absent ones are empty."""
    wanted = {**COLUMNS[kind], **{part: pl.String() for part in PLACE}}
    missing = [pl.lit(None, dtype=dtype).alias(column) for column, dtype in wanted.items() if column not in frame]
    return frame.with_columns(missing).select("row", *wanted)


def _mapped(frame: pl.DataFrame, column: str, **derived: Callable[[str], str]) -> pl.DataFrame:
    """Columns derived from a column of texts; each distinct text is worked out once."""
    table = _derived(frame[column].drop_nulls().unique(), **derived)
    return frame.join(table, on=column, how="left", maintain_order="left")


def _derived(distinct: pl.Series, **derived: Callable[[str], str]) -> pl.DataFrame:
    values = distinct.to_list()
    columns = [pl.Series(name, [of(v) or None for v in values], dtype=pl.String) for name, of in derived.items()]
    return pl.DataFrame([distinct, *columns])


_HAN_NAME = r"^[\u4e00-\u9fff]{2,4}$"


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """``name_key``, ``sound``, ``surname`` and ``given`` of every name.

    Names of two to four simplified characters, which nearly all are, are put together from their characters.
    """
    distinct = frame["name"].drop_nulls().unique()
    usual = distinct.str.contains(_HAN_NAME) & ~distinct.str.contains(text.TRADITIONAL)
    others = _derived(distinct.filter(~usual), name_key=_plain_name, sound=_sound, surname=_surname, given=_given)
    table = pl.concat([_of_characters(distinct.filter(usual)), others])
    return frame.join(table, on="name", how="left", maintain_order="left")


def _of_characters(usual: pl.Series) -> pl.DataFrame:
    compound = pl.col("name").str.slice(0, 2).is_in(list(names.COMPOUND_SURNAMES))
    parts = usual.to_frame().with_columns(head=pl.when(compound).then(2).otherwise(1))
    parts = parts.with_columns(
        surname=pl.col("name").str.slice(0, pl.col("head")), given=pl.col("name").str.slice(pl.col("head"))
    )
    surnames = {surname: names.key(surname) for surname in parts["surname"].unique().to_list()}
    heard = {char: f" {names.sound_of(char)}" for char in set("".join(parts["given"].to_list()))}
    surname, given = pl.col("surname").replace(surnames), pl.col("given").str.replace_many(heard)
    return parts.select(
        "name",
        name_key="name",
        sound=surname + given,
        surname=surname,
        given=pl.when(pl.col("given") != "").then("given"),
    )


def _surname(name: str) -> str:
    """Key of the surname: 张 and 章 sound alike and are often mistaken; in letters the last word."""
    if name.isascii():
        return name.rsplit(" ", 1)[-1]
    return names.key(name[:2]) if name[:2] in names.COMPOUND_SURNAMES else names.key(name[:1])


def _given(name: str) -> str:
    """The given name: 未涛 and 朱涛 have one."""
    return "" if name.isascii() else name[len(names.surname(name)) :]


def _plain_name(name: str) -> str:
    """Simplified characters; names in letters by their words in order of the alphabet, whichever comes first in
    the ledger.
    """
    plain = text.simplified(name).lower()
    return " ".join(sorted(plain.split())) if plain.isascii() else plain


def _sound(name: str) -> str:
    return "" if name.isascii() else names.key(name)


def _door(frame: pl.DataFrame) -> pl.DataFrame:
    """``door``: the whole door; ``flat``: the door without its stairwell; ``place``: building and room without the
    estate; ``house``: the building.
    """
    building, room = pl.col("building"), pl.col("room")
    full = room.is_not_null() & (building.is_not_null() | pl.col("estate").is_not_null())
    return frame.with_columns(
        door=pl.when(full).then(
            pl.concat_str(*PLACE, separator="|", ignore_nulls=False).fill_null(
                pl.concat_str([pl.col(p).fill_null("") for p in PLACE], separator="|")
            )
        ),
        place=pl.when(room.is_not_null() & building.is_not_null()).then(pl.concat_str(building, room, separator="|")),
        house=pl.concat_str("estate", "building", separator="|"),
        flat=pl.concat_str(pl.col("estate").fill_null(""), "building", "room", separator="|"),
    )


def date_within(number: pl.Expr) -> pl.Expr:
    """The birth date within a citizen's number, or one built like it; the number of another paper has none."""
    return pl.when(~number.str.contains(" ", literal=True)).then(
        number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    )


def _sex_within(number: pl.Expr) -> pl.Expr:
    """The sex a whole number tells."""
    of_sex = number.str.extract(r"^[0-9]{16}([0-9])[0-9X]$").cast(pl.UInt8)
    return (of_sex % 2).replace_strict({0: "female", 1: "male"}, default=None, return_dtype=pl.String)


_WHOLE = 18
KEPT = 15
"""Digits of a number that a table program keeps; the rest become noughts."""
_LOST = "***"


def _seen_number(number: pl.Expr) -> pl.Expr:
    """The numbers as far as they can be believed: of a spoilt one the fifteen places that a table program kept."""
    spoilt = (number.str.len_chars() == _WHOLE) & number.str.ends_with("000") & pl.col("id_no").is_null()
    return pl.when(spoilt).then(pl.concat_str(number.str.slice(0, KEPT), pl.lit(_LOST))).otherwise(number)


_LAST_FOUR = r"^.{3,}([0-9X]{4})$"
"""What most masks leave of a number at its end."""


def _first_sound(seen: pl.Series) -> pl.Series:
    """The surname's key of masked names."""
    first = seen.drop_nulls().unique().to_list()
    keys = {name: names.key(name[:1]) for name in first if not name.startswith("*")}
    return seen.replace_strict(keys, default=None, return_dtype=pl.String)


def persons(frame: pl.DataFrame) -> pl.DataFrame:
    """Persons: name keys, the number as written, the birth date of the number where no column says one.

    ``id_doubted``: the row gives another year of birth or sex than its own number, or the number stands under another
    name as well (``id_shared``); such a number may be a relative's. ``born_said``: whether the row says the birth date.
    ``unnamed``: whether it is of a child that had no name yet.
    """
    frame = frame.with_columns(unnamed=pl.col("name").str.contains(newborns.UNNAMED).fill_null(value=False))
    frame = frame.with_columns(name=pl.when(~pl.col("unnamed")).then("name"))
    frame = _named(frame)
    frame = frame.with_columns(pl.col("surname").fill_null(_first_sound(frame["name_seen"])))
    seen_last = pl.when(pl.col("name_key").is_null()).then(pl.col("name_seen").str.extract(r"^\*.*([^*])$"))
    frame = frame.with_columns(name_last=seen_last.otherwise(pl.col("name_key").str.slice(-1)))
    doubted = (date_within(pl.col("id_no")).dt.year() != pl.col("born_on").dt.year()).fill_null(False)
    doubted |= pl.col("id_shared") if "id_shared" in frame.columns else pl.lit(False)
    other_sex = (_sex_within(pl.col("id_no")) != pl.col("sex")).fill_null(False)
    written = pl.when(~pl.col("id_text").str.contains("E", literal=True)).then("id_text")  # 1.20199E+17 says nothing
    id_text = pl.col("id_no").fill_null(written)
    within = date_within(id_text)
    plausible = within.dt.year().is_between(1890, 2100)
    return _door(frame).with_columns(
        id_text=id_text,
        id_valid=pl.when(~doubted).then("id_no"),
        id_doubted=doubted | other_sex,
        born_said=pl.col("born_on").is_not_null(),
        born_on=pl.col("born_on").fill_null(pl.when(plausible & ~doubted & ~other_sex).then(within)),
        id_seen=_seen_number(id_text),
        id_head=id_text.str.slice(0, 14),
        id_last=id_text.str.extract(_LAST_FOUR),
        phone_last=pl.col("phone").fill_null(pl.col("phone_seen")).str.extract(_LAST_FOUR),
        id_tail=pl.when(id_text.str.len_chars() >= 15).then(id_text.str.slice(-8)),
        id_ends=pl.when(id_text.str.len_chars() == _WHOLE).then(
            pl.concat_str(id_text.str.slice(0, 10), id_text.str.slice(-4))
        ),
    )


def birth_date() -> pl.Expr:
    """The birth date a row says, or else its number."""
    return pl.col("born_on").fill_null(date_within(pl.col("id_no").fill_null(pl.col("id_text"))))


def shared_numbers(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Where a person's number stands under another name of the same side as well."""
    if kind != "person":
        return frame
    return frame.with_columns(id_shared=pl.col("id_no").is_not_null() & pl.col("id_no").is_duplicated())


def dwellings(frame: pl.DataFrame) -> pl.DataFrame:
    """Dwellings: the parts of the door, the first owner, and the further ones."""
    owners = pl.col("owner_name").str.split("、")
    frame = frame.with_columns(
        owner_name=owners.list.first(), name_more=owners.list.slice(1).list.join(" ").replace("", None)
    )
    frame = _mapped(frame, "owner_name", name_key=_plain_name)
    return _door(frame).rename({"owner_phone": "phone"})


_ORGANIZATION_CODE = r"^[0-9A-Z]{8}[0-9X]$"
"""What an organization had before the credit code (GB 11714); the credit code holds it as its characters 9 to 17."""


def organizations(frame: pl.DataFrame) -> pl.DataFrame:
    """Organizations: the name without its legal form, which branch it is, the code as written, whom to call."""
    frame = _mapped(frame, "name", name_key=_of_organization, branch=_branch)
    frame = _mapped(frame, "contact_name", contact=_plain_name)
    code = pl.col("uscc").fill_null(pl.col("id_text"))
    return (
        _door(frame)
        .with_columns(
            pl.col("branch").fill_null(""),
            id_text=code,
            id_valid=pl.col("uscc"),
            code=pl.when(code.str.len_chars() == _WHOLE)
            .then(code.str.slice(8, 9))
            .when(code.str.contains(_ORGANIZATION_CODE))
            .then(code),
            name_head=pl.when(pl.col("name_key").str.len_chars() >= 2).then(pl.col("name_key").str.slice(0, 2)),
        )
        .rename({"contact_phone": "phone"})
    )


def _of_organization(name: str) -> str:
    of, number = names.numbered_branch(name)
    return names.organization_key(of) + number


def _branch(name: str) -> str:
    return names.branch(name)


PREPARE: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "person": persons,
    "dwelling": dwellings,
    "organization": organizations,
}


def home_of(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """``row`` and ``home`` (a number for the door) of every record that has a door; only households have homes."""
    if kind == "dwelling":
        return frame.clear().select("row", home=pl.lit(0, dtype=pl.UInt64))
    with_room = frame.filter(pl.col("room").is_not_null())
    return with_room.select("row", home=pl.struct(PLACE).hash())
