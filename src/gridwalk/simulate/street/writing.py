"""Faults of writing: what a clerk's hand and a spreadsheet do to right facts."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence

from gridwalk.method import idcards
from gridwalk.simulate.street import layouts
from gridwalk.simulate.street import rng as chance
from gridwalk.simulate.street.entries import Entry
from gridwalk.simulate.street.faults import AnswerKey

FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
HAN = "〇一二三四五六七八九十"
NOTES = ("（租户）", "(外地)", "（户主）", "【常年不在】", "(已婚)")
VAGUE = ("地址不详", "本街道", "户口空挂，无房", "")


class Writing:
    """Plants every fault of writing into the entries."""

    def __init__(self, dwellings: list[Entry], persons: list[Entry], key: AnswerKey, seed: int) -> None:
        self._dwellings = dwellings
        self._persons = persons
        self._key = key
        self._rng: random.Random = chance.stream(seed, "writing")
        n_rows: dict[str, int] = {}
        for entry in persons:
            n_rows[entry.ref] = n_rows.get(entry.ref, 0) + 1
        self._single = {ref for ref, n in n_rows.items() if n == 1}
        self._without_house()
        self._checksum()
        self._float()
        self._fifteen()
        self._lower_x()
        self._fullwidth()
        self._phones()
        self._notes()
        self._variants()
        self._same_as_above()
        self._twice()

    def _pick(self, kind: str, entries: Sequence[Entry], fits: Callable[[Entry], bool]) -> list[Entry]:
        free = [e for e in entries if e.ref not in self._key.taken and e.door not in self._key.taken and fits(e)]
        return self._rng.sample(free, min(len(free), self._key.wanted(kind)))

    def _mark(self, kind: str, entry: Entry) -> None:
        entry.faults.append(self._key.add(kind, entry.ref))

    def _without_house(self) -> None:
        kind = "person_without_house"
        fits = lambda e: e.values["residence_kind"] == "registered_here" and e.ref in self._single  # noqa: E731
        for entry in self._pick(kind, self._persons, fits):
            for field in ("estate", "building", "stairwell", "floor", "room", "grid_code"):
                entry.values[field] = ""
            entry.values["address"] = entry.values["registered_address"] = ""
            entry.written["address"] = self._rng.choice(VAGUE)
            entry.door, entry.place = "", None
            self._mark(kind, entry)

    def _checksum(self) -> None:
        kind = "id_checksum"
        for entry in self._pick(kind, self._persons, lambda e: e.ref in self._single):
            right = entry.values["id_no"]
            wrong = right[:16] + str((int(right[16]) + self._rng.choice((2, 4, 6, 8))) % 10) + right[17]
            if idcards.check(wrong).fault != "checksum":
                continue
            entry.written["id_no"], entry.values["id_no"] = wrong, ""
            self._mark(kind, entry)

    def _float(self) -> None:
        kind = "id_excel_float"
        for entry in self._pick(kind, self._persons, lambda e: e.ref in self._single and e.values["id_no"].isdigit()):
            entry.written["id_no"], entry.values["id_no"] = float(int(entry.values["id_no"][:15]) * 1000), ""
            self._mark(kind, entry)

    def _fifteen(self) -> None:
        kind = "id_15_digits"
        for entry in self._pick(kind, self._persons, lambda e: "1930" < e.values["born_on"] < "1985"):
            entry.written["id_no"] = entry.values["id_no"][:6] + entry.values["id_no"][8:17]
            self._mark(kind, entry)

    def _lower_x(self) -> None:
        kind = "id_lower_x"
        for entry in self._pick(kind, self._persons, lambda e: e.values["id_no"].endswith("X")):
            entry.written["id_no"] = entry.values["id_no"].lower()
            self._mark(kind, entry)

    def _fullwidth(self) -> None:
        kind = "fullwidth_digits"
        for entry in self._pick(kind, self._persons, lambda e: bool(e.values["phone"])):
            field = self._rng.choice(("phone", "id_no"))
            entry.written[field] = entry.values[field].translate(FULLWIDTH)
            self._mark(kind, entry)

    def _phones(self) -> None:
        kind = "several_phones"
        for entry in self._pick(kind, self._persons, lambda e: bool(e.values["phone"])):
            second = f"12{self._rng.randrange(10**9):09d}"
            entry.written["phone"] = entry.values["phone"] + self._rng.choice(("/", "、", "，", " ")) + second
            self._mark(kind, entry)

    def _notes(self) -> None:
        kind = "name_note"
        for entry in self._pick(kind, self._persons, lambda e: True):
            entry.written["name"] = entry.values["name"] + self._rng.choice(NOTES)
            self._mark(kind, entry)

    def _variants(self) -> None:
        kind = "building_variant"
        # Where a household's address is merged only its first row is seen; where the sheet is the building, none is.
        seen = set()
        for above, below in zip([None, *self._persons], self._persons, strict=False):
            custom = layouts.of(below.community)
            first = above is None or (above.door, above.household) != (below.door, below.household)
            if not custom.sheet_a_building and (first or not custom.merged_households):
                seen.add(id(below))
        for entry in self._pick(kind, self._persons, lambda e: e.values["building"].endswith("号楼") and id(e) in seen):
            entry.written["building"] = self._variant(entry.values["building"])
            entry.written["address"] = entry.values["address"].replace(
                entry.values["building"], str(entry.written["building"])
            )
            self._mark(kind, entry)

    def _variant(self, building: str) -> str:
        number = building.removesuffix("号楼")
        forms = [f"{number}幢", f"{number}栋", f"{number}#楼", f"{number}座", f"{number.translate(FULLWIDTH)}号楼"]
        if int(number) <= 10:
            forms.append(f"{HAN[int(number)]}号楼")
        return self._rng.choice(forms)

    def _same_as_above(self) -> None:
        kind = "same_as_above"
        pairs = [
            below
            for above, below in zip(self._persons, self._persons[1:], strict=False)
            if below.door
            and above.door == below.door
            and above.household == below.household
            and not above.written
            and not layouts.of(below.community).merged_households
        ]
        for entry in self._pick(kind, pairs, lambda e: True):
            word = self._rng.choice(("同上", "〃"))
            for field in ("estate", "building", "stairwell", "room", "address"):
                if entry.values[field]:
                    entry.written[field] = word
            self._mark(kind, entry)

    def _twice(self) -> None:
        kind = "door_twice"
        fits = lambda e: e.values["usage"] == "residential" and e.values["building"].endswith("号楼")  # noqa: E731
        for entry in self._pick(kind, self._dwellings, fits):
            again = copy.deepcopy(entry)
            again.written["building"] = self._variant(entry.values["building"])
            again.written["address"] = entry.values["address"].replace(
                entry.values["building"], str(again.written["building"])
            )
            self._mark(kind, again)
            self._dwellings.insert(self._dwellings.index(entry) + 1, again)
