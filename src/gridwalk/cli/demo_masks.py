"""``demo --check``, the masks: how many numbers fit what each depth of sight, the phone, the files and the database
without its key say of everybody (red line 4).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues, Heads

LEAST_ID_NOS, LEAST_MASKED, LEAST_PHONES = 500, 100_000, 10_000
"""So many numbers must fit: ID numbers, those of people whose rows are seen masked, telephones."""
STEP = 500
MOST_LISTED = 2_000_000
PICTURES = (".jpg", ".pdf")
SHAPED = r"(^|[^0-9A-Za-z_|*-])([0-9]{17}[0-9Xx]|[0-9]{15}|1[2-9][0-9]{9})($|[^0-9A-Za-z_|-])|[0-9]\*{2}|\*{2}[0-9Xx]"
"""What is shaped like a number or a half-starred one, as PostgreSQL reads it."""
_WHOLE = re.compile(r"(?<![0-9A-Za-z_|-])([0-9]{17}[0-9Xx]|[0-9]{15}|1[2-9][0-9]{9})(?![0-9A-Za-z_|-])")
_SHARE = re.compile(r"\d+\.\d+(?:E-?\d+)?")
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{16,64}(?![0-9a-f])")


@dataclasses.dataclass
class Smallest:
    """The fewest numbers that fit anybody, in one place somebody looks."""

    least: int = LEAST_ID_NOS
    people: int = 0
    id_nos: int | None = None
    phones: int | None = None

    def take(self, clues: Clues, hashes: Heads = frozenset(), *, n_tried: int = 0) -> None:
        """Count one person. ``hashes``: those that lie about; every number that fits is hashed and looked for.
        ``n_tried``: so many of the numbers that fit are tried and ruled out.
        """
        self.people += 1
        n = fitting.n_id_numbers(clues, hashes) - n_tried
        self.id_nos = n if self.id_nos is None else min(self.id_nos, n)
        for starred in clues.phones:
            fit = fitting.n_phones(starred)
            self.phones = fit if self.phones is None else min(self.phones, fit)


def run(pages: Mapping[str, Smallest], papers: Iterable[bytes]) -> dict[str, Any]:
    """``{places: {place: {people, id_nos, phones}}, shaped: {column: n}, complaints}``.

    ``pages``: what was counted on the pages of each role, and on lists; ``papers``: files that are written when they
    are taken.
    """
    files, n_whole = _filed([*_kept(), *((paper, True) for paper in papers)], _codes())
    shaped = shaped_like_numbers()
    places = {
        **pages,
        "rows": _seen(full=True),
        "masked": _seen(full=False),
        "phone": _pulled(),
        "files": files,
        "database": _stored(),
    }
    return {
        "places": {place: dataclasses.asdict(smallest) for place, smallest in places.items()},
        "shaped": shaped,
        "complaints": [
            *_too_few(places),
            *([f"本系统写的文件里有 {n_whole} 处完整号码"] if n_whole else []),
            *(f"库里有像号码的字：{column} {n} 处" for column, n in shaped.items()),
        ],
    }


def _too_few(places: Mapping[str, Smallest]) -> Iterator[str]:
    for place, smallest in places.items():
        if smallest.id_nos is not None and smallest.id_nos < smallest.least:
            yield f"{place} 处有人只剩 {smallest.id_nos} 个证件号对得上，应不少于 {smallest.least}"
        if smallest.phones is not None and smallest.phones < LEAST_PHONES:
            yield f"{place} 处有电话只剩 {smallest.phones} 个号码对得上，应不少于 {LEAST_PHONES}"


def _chunks() -> Iterator[list[Any]]:
    from gridwalk.registry.models import Person

    ids = list(Person.objects.exclude(id_no_index="").order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), STEP):
        yield list(Person.objects.filter(pk__in=ids[start : start + STEP]))


def _seen(*, full: bool) -> Smallest:
    """What the pages say to who sees rows in full, or masked: the facts, and what the history says of those that are
    masked.
    """
    from gridwalk.accounts.rules import Held, Role, Viewer
    from gridwalk.core import clock
    from gridwalk.dictionary import fields as dictionary
    from gridwalk.registry.queries import entities
    from gridwalk.timeline import queries as timeline

    viewer = Viewer(None, "", (Held(Role.COMMUNITY_LEAD if full else Role.STREET_CENTRE, ""),))
    sexes = {words[0]: code for code, words in dictionary.get("person", "sex").choices.items()}
    smallest = Smallest(LEAST_ID_NOS if full else LEAST_MASKED)
    for persons in _chunks():
        told = _told(persons)
        registered = {person.pk: clock.local_date(person.created_at) for person in persons}
        for pk, facts in entities.facts_of(viewer, persons).items():
            shown = {fact.field: fact.value for fact in facts}
            past = "\n".join(timeline.sentences(told[pk], full=full))
            smallest.take(
                Clues(
                    born=_narrower(shown["born_on"], past),
                    until=registered[pk],
                    sex=sexes.get(shown["sex"], ""),
                    id_nos=(*fitting.starred(shown["id_no"]), *fitting.starred_id_nos(past)),
                    phones=fitting.starred(shown["phone"]),
                )
            )
    return smallest


def _told(persons: Sequence[Any]) -> Mapping[Any, list[Any]]:
    """The changes of numbers and birth dates of some people."""
    from gridwalk.core.models import Change

    of_person: dict[Any, list[Any]] = defaultdict(list)
    changes = Change.objects.filter(entity__in=[p.pk for p in persons], field__in=("id_no", "phone", "born_on"))
    for change in changes.order_by("at"):
        of_person[change.entity].append(change)
    return of_person


def on_page(html: str, *, until: dt.date) -> Clues:
    """What a page about one person says, who was registered on the day ``until``."""
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
    born = re.search(r"出生日期 (\d{4}-\d{2}-\d{2}|(?:\d{4}–)?\d{4}年)", text)
    sex = re.search(r"性别 ([男女])", text)
    stars = fitting.starred(text)
    return Clues(
        born=born[1] if born else "",
        until=until,
        sex={"男": "male", "女": "female"}[sex[1]] if sex else "",
        id_nos=tuple(token for token in stars if len(token) > fitting.PHONE_LENGTH),
        phones=tuple(token for token in stars if len(token) <= fitting.PHONE_LENGTH and _has_digit(token)),
    )


def _narrower(born: str, past: str) -> str:
    """The birth date as shown, or as the history says it where that says a day."""
    match = re.search(r"出生日期[^\n]*?(\d{4}-\d{2}-\d{2})", past)
    return match[1] if match and "年" in born else born


def _pulled() -> Smallest:
    """What phones keep of the people of a grid."""
    from gridwalk.registry.models import Person
    from gridwalk.sync.queries import layouts

    smallest = Smallest()
    for row in layouts.of("person").rows(Person.objects.exclude(id_no_index="").filter(status="active")):
        smallest.take(
            Clues(
                born=row["born_on"] or "",
                sex=row["sex"],
                id_nos=fitting.starred(row["id_no_mask"]),
                phones=fitting.starred(row["phone_mask"]),
            )
        )
    return smallest


def _filed(contents: Iterable[tuple[bytes, bool]], codes: Collection[str]) -> tuple[Smallest, int]:
    """What half-starred numbers stand in the files that are kept or written, beside a whole birth date; and how many
    whole ones stand in those of ours. An annotated ledger goes back with what it brought.
    """
    smallest, n_whole = Smallest(), 0
    of_whom = Clues(born="1980-01-01", sex="male")
    for data, is_ours in contents:
        text = text_of(data)
        n_whole += (
            sum(_is_a_number(number, codes) for number in _WHOLE.findall(_SHARE.sub(" ", text))) if is_ours else 0
        )
        for starred in filter(_has_digit, set(fitting.starred(text))):
            is_phone = len(starred) <= fitting.PHONE_LENGTH
            more: dict[str, Any] = {"phones": (starred,)} if is_phone else {"id_nos": (starred,)}
            smallest.take(dataclasses.replace(of_whom, **more))
    return smallest, n_whole


def _kept() -> Iterator[tuple[bytes, bool]]:
    from gridwalk.core import files
    from gridwalk.core.models import StoredFile

    purposes = ("annotated", "report", "backfill", "matter")
    for stored in StoredFile.objects.filter(erased_at__isnull=True, purpose__in=purposes):
        if stored.name.endswith(PICTURES):  # its bytes say anything by chance
            continue
        yield files.read(stored.pk), stored.purpose == "report"


def text_of(data: bytes) -> str:
    """What a page, a workbook or a document says, without its markup."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = [book.read(name).decode("utf-8", "replace") for name in book.namelist() if name.endswith(".xml")]
    return "\n".join(re.sub(r"<[^>]*>", " ", part) for part in parts)


def _stored() -> Smallest:
    """What the database says without the key file: birth date and sex in the clear, and every hash that lies about.

    One of these is over what phones keep of a grid: in a grid of one person it tells the end of the telephone.
    """
    from gridwalk.core import clock
    from gridwalk.sync.queries import layouts

    smallest = Smallest()
    hashes = fitting.heads(_hashes())
    for persons in _chunks():
        rows = layouts.of("person").rows(type(persons[0]).objects.filter(pk__in=[person.pk for person in persons]))
        ends = {str(row["id"]): fitting.starred(row["phone_mask"]) for row in rows}
        for person in persons:
            clues = Clues(
                born=str(person.born_on or ""),
                until=clock.local_date(person.created_at),
                sex=person.sex,
                phones=ends.get(str(person.pk), ()),
            )
            smallest.take(clues, hashes if person.born_on else frozenset())
    return smallest


def _text_columns() -> Mapping[str, Sequence[str]]:
    from django.db import connection

    by_table: dict[str, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY') ORDER BY 1, 2"
        )
        for table, column in cursor.fetchall():
            by_table[table].append(column)
    return by_table


def _texts(pattern: str) -> Iterator[tuple[str, str]]:
    """(table.column, text) wherever a text column has a match."""
    from django.db import connection
    from psycopg import sql

    with connection.cursor() as cursor:
        for table, columns in _text_columns().items():
            for column in columns:
                matching = sql.SQL("SELECT {0}::text FROM {1} WHERE {0}::text ~ %s")
                cursor.execute(matching.format(sql.Identifier(column), sql.Identifier(table)), [pattern])
                for (text,) in cursor:
                    yield f"{table}.{column}", text


def _hashes() -> Iterator[str]:
    for _, text in _texts("(^|[^0-9a-f])[0-9a-f]{16,64}($|[^0-9a-f])"):
        yield from _HEX.findall(text)


def shaped_like_numbers() -> dict[str, int]:
    """Text column → how many of its values hold what is shaped like an ID number, a mobile number or half of one."""
    codes = _codes()
    n_of: dict[str, int] = defaultdict(int)
    for column, text in _texts(SHAPED):
        n_of[column] += _says_a_number(text, codes)
    return {column: n for column, n in n_of.items() if n}


def _codes() -> set[str]:
    from gridwalk.territory.models import Area, Grid

    return {*Area.objects.values_list("code", flat=True), *Grid.objects.values_list("code", flat=True)}


def _is_a_number(number: str, codes: Collection[str]) -> bool:
    from gridwalk.method import idcards

    return number not in codes and (len(number) == fitting.PHONE_LENGTH or bool(idcards.check(number).value))


def _says_a_number(text: str, codes: Collection[str]) -> bool:
    if any(_is_a_number(number, codes) for number in _WHOLE.findall(text)):
        return True
    return any(map(_has_digit, fitting.starred(text)))


def _has_digit(token: str) -> bool:
    """The stars of names have none."""
    return bool(token.strip("*"))
