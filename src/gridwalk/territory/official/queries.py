"""Reads of the official list: what lies in an area, and what an area lies in. The list lies in the package."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from gridwalk.territory import rules

LIST = Path(__file__).with_name("areas_2023.parquet")
EDITION = "国家统计局《统计用区划代码和城乡划分代码》2023 年版（截至 2023年6月30日）"


@dataclasses.dataclass(frozen=True)
class OfficialArea:
    """An area of the list; ``level`` as ``territory.rules.level_of`` has it."""

    code: str
    name: str

    @property
    def level(self) -> str:
        return rules.level_of(self.code)

    @property
    def scope(self) -> str:
        return rules.scope_of(self.code)


@dataclasses.dataclass(frozen=True)
class City:
    """A city with its districts; a city that has none (东莞) stands for itself."""

    name: str
    districts: list[OfficialArea]


def provinces() -> list[OfficialArea]:
    """Every province in the order of the codes."""
    return _rows("", ending="0" * 10)


def cities(province: str) -> list[City]:
    """The districts of a province, city by city."""
    areas = _rows(province, ending="0" * 6)
    standing = {area.code: City(area.name, []) for area in areas if area.level == "city"}
    for area in areas:
        if area.level == "district":
            standing[area.code[:4].ljust(12, "0")].districts.append(area)
    alone = {city.code: city for city in areas if city.level == "city"}
    return [city if city.districts else City(city.name, [alone[code]]) for code, city in standing.items()]


def streets(district: str) -> list[OfficialArea]:
    """The streets of a district, by its first six digits; of a city without districts its own."""
    return [area for area in _rows(district[:6].ljust(6, "0"), ending="000") if area.level == "street"]


def communities(street: str) -> list[OfficialArea]:
    """The communities of a street, by its first nine digits."""
    return [area for area in _rows(street) if area.level == "community"]


def line(code: str) -> list[OfficialArea]:
    """An area of the list below everything it lies in, the province first; nothing for an unknown code."""
    try:
        above = rules.above(rules.scope_of(code))
    except rules.CodeError:
        return []
    areas = [area for each in dict.fromkeys(above) for area in _rows(each)]
    return areas if areas and areas[-1].code == code else []


def _rows(prefix: str, *, ending: str = "") -> list[OfficialArea]:
    """The areas below a prefix, in the order of their codes; parts of the file that hold none are not read."""
    import polars as pl  # takes as long to load as a page takes to answer, and only these pages need it

    code = pl.col("code")
    rows = pl.scan_parquet(LIST).filter(code.is_between(pl.lit(prefix.ljust(12, "0")), pl.lit(prefix.ljust(12, "9"))))
    return [OfficialArea(*row) for row in rows.filter(code.str.ends_with(ending)).collect().iter_rows()]
