"""Whether a row belongs to another community than its ledger: by what it writes, by where its building stands; or to
another district, where its address begins with one.

A row that does is refused by that community's name; else a second door would come to be here, in 未划入网格. A grid's code
of one's own goes before everything: whoever writes it has looked.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from gridwalk.method import addresses, areas, text
from gridwalk.method.addresses import Address
from gridwalk.territory import queries as territory
from gridwalk.territory import rules as codes
from gridwalk.territory.queries import KnownBuilding

Buildings = Mapping[str, Mapping[tuple[str, str], KnownBuilding]]
"""Community → its buildings by estate without spelling and key."""
_CODE = re.compile(r"\d{12}(?:\d{3})?")


class Belonging:
    """The communities of ``scope``, whose ``buildings`` are known, beside all others of the register."""

    def __init__(self, scope: str, buildings: Buildings) -> None:
        self._scope = scope
        self._own = buildings
        self._names: dict[str, str] = {}
        self._by_key: dict[str, set[str]] = {}
        for area in territory.communities(""):
            self._names[area.code] = area.short
            for name in (area.short, area.name):
                self._by_key.setdefault(codes.community_key(name), set()).add(area.code)

        self._district = "".join(area.name for area in territory.above(scope))
        self._key = functools.cache(codes.community_key)

    @functools.cached_property
    def _near(self) -> Buildings:
        """The buildings of the street's other communities; read once somebody needs them."""
        near = (area.code for area in territory.communities(self._scope[: codes.STREET]))
        return {code: self._own.get(code) or territory.building_index(code) for code in near}

    @functools.cached_property
    def _estates(self) -> Mapping[str, set[str]]:
        return {code: {estate for estate, _ in buildings} for code, buildings in self._near.items()}

    def named(self, values: Mapping[str, Any]) -> set[str]:
        """The communities whose name or code a row writes, those of the scope before others."""
        written = str(values.get("community") or "")
        if match := _CODE.fullmatch(written):
            return {match[0][:12]} & self._names.keys()
        matching = self._by_key.get(self._key(written), set()) if written else set()
        return (matching & self._own.keys()) or matching

    def elsewhere(self, values: Mapping[str, Any], address: Address, community: str) -> str:
        """The name of the community outside ``community`` (the row's, as far as it is clear) that a row belongs to;
        empty where it belongs here.
        """
        if self._writes_own_grid(values):
            return ""
        if there := self._other_district(values):
            return there
        coded = {self._grid_of(values)} & self._names.keys()
        other = (coded | self.named(values)) - self._own.keys()
        if not other and community:
            other = self._by_building(address, community, named=bool(self.named(values)))
        return self._names[min(other)] if other else ""

    def _other_district(self, values: Mapping[str, Any]) -> str:
        """The district that a row's address begins with, where it is not ours and no estate here is called so."""
        named = areas.district(text.fold(values.get("address") or ""))
        if not named or named == "市辖区" or not self._district or named in self._district:
            return ""
        own = (estate for buildings in self._own.values() for estate, _ in buildings)
        return "" if any(estate.startswith(named) for estate in own) else named

    def is_doubtful(self, values: Mapping[str, Any]) -> bool:
        """Whether a row writes a community that nobody knows, where the ledger was handed in for one."""
        return bool(values.get("community")) and len(self._scope) >= 12 and not self.named(values)

    def _writes_own_grid(self, values: Mapping[str, Any]) -> bool:
        return self._grid_of(values) in self._own

    @staticmethod
    def _grid_of(values: Mapping[str, Any]) -> str:
        written = (str(values.get(field) or "") for field in ("grid_code", "grid_name"))
        return next((code[:12] for code in written if _CODE.fullmatch(code)), "")

    def _by_building(self, address: Address, community: str, *, named: bool) -> set[str]:
        """The other communities of the street where the building stands, or (of a row that names no community) the
        estate; none where the row's own has it, or has no building yet.
        """
        estate = addresses.estate_key(address.estate or address.road)
        place = (estate, address.building or address.number)
        own = self._own.get(community, {})
        if not estate or not own or place in own:
            return set()  # a community that has no building on record yet is not contradicted by others
        standing = {code for code, buildings in self._near.items() if place[1] and place in buildings}
        if standing or named or not address.estate or estate in self._estates.get(community, set()):
            return standing
        return {code for code, estates in self._estates.items() if estate in estates}
