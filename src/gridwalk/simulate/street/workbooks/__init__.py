"""The ledgers of the street as its offices send them: messy workbooks, each with the records it should yield."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

from gridwalk.simulate.street import layouts
from gridwalk.simulate.street.entries import Entry
from gridwalk.simulate.street.faults import FORBIDDEN_COLUMNS, Fault
from gridwalk.simulate.street.model import Community
from gridwalk.simulate.street.wording import Wording
from gridwalk.simulate.street.workbooks import sheets
from gridwalk.simulate.street.workbooks.sheets import Shape, Sheet
from gridwalk.simulate.street.world import World

CSV_SHEET = "Sheet1"
KIND_NAMES = {
    "dwelling": "房屋台账",
    "person": "实有人口台账",
    "organization": "单位台账",
    "site": "重点场所台账",
    "facility": "设施台账",
    "care": "关爱对象名册",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row that was written: where it stands, what it is about, and the values a right import reads from it.

    ``door``: the door it leads to, empty where none can be found. ``faults``: kinds of the faults planted in the row.
    """

    sheet: str
    row: int
    kind: str
    ref: str
    community: str
    door: str
    values: Mapping[str, str]
    faults: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class LedgerFile:
    """One file an office sends. ``scope``: the community or street it is about.

    ``planted``: (fault number, sheet, row) of every fault of the answer key that shows in it.
    """

    path: Path
    kind: str
    scope: str
    records: tuple[Record, ...]
    planted: tuple[tuple[int, str, int], ...]


def write_ledgers(world: World, folder: Path) -> list[LedgerFile]:
    """Write every ledger into ``folder`` (made where missing), in the order they are to be imported.

    They hold whole numbers, so nobody but their owner gets into the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    street = world.communities[0].code[:9] + "000"
    files = [
        _of_community(world, folder, community, kind)
        for kind in ("dwelling", "person")
        for community in world.communities
    ]
    names = {c.code: c.name.removesuffix("居委会") for c in world.communities}
    of_street = {
        "organization": layouts.ORGANIZATION,
        "site": layouts.SITE,
        "facility": layouts.FACILITY,
        "care": layouts.CARE,
    }
    for kind, columns in of_street.items():
        title = f"光复道街道{KIND_NAMES[kind]}"
        shape = Shape(
            wording=Wording(),
            columns=columns,
            titles=(title, f"填报单位：光复道街道网格中心　填报日期：{world.on:%Y年%m月%d日}"),
            footer=True,
        )
        sheet = sheets.lay_out(KIND_NAMES[kind], world.entries[kind], shape, lambda entry: names[entry.community])
        path = folder / f"{title}.xlsx"
        sheets.to_xlsx(path, [sheet])
        files.append(_file(world=world, path=path, kind=kind, scope=street, laid=[sheet], forbidden=0))
    return files


def located(world: World, files: Iterable[LedgerFile]) -> list[Fault]:
    """The answer key with file, sheet and row of every fault that shows in a ledger."""
    where = {number: (file.path.name, sheet, row) for file in files for number, sheet, row in file.planted}
    return [
        dataclasses.replace(fault, file=file, sheet=sheet, row=row)
        for fault in world.faults
        for file, sheet, row in [where.get(fault.number, ("", "", 0))]
    ]


def _of_community(world: World, folder: Path, community: Community, kind: str) -> LedgerFile:
    custom = layouts.of(community.code)
    entries = [entry for entry in world.entries[kind] if entry.community == community.code]
    title = f"光复道街道{community.short}社区{KIND_NAMES[kind]}"
    titles = (title, f"填报单位：{community.name}　　填报日期：{world.on:%Y年%m月%d日}")
    shape = _shape(community.code, kind, titles)
    groups = [(KIND_NAMES[kind], entries)]
    if kind == "person" and custom.sheet_a_building:
        groups = _by_building(entries)
    laid = [sheets.lay_out(name, rows, shape, lambda entry: community.short) for name, rows in groups]
    if custom.person_csv if kind == "person" else custom.dwelling_csv:
        path = folder / f"{title}.csv"
        sheets.to_csv(path, laid[0])
        laid[0].name = CSV_SHEET
    else:
        path = folder / f"{title}.xlsx"
        sheets.to_xlsx(path, laid)
    number = next((f.number for f in world.faults if f.kind == "forbidden_column" and f.ref == community.code), 0)
    return _file(
        world=world,
        path=path,
        kind=kind,
        scope=community.code,
        laid=laid,
        forbidden=number if shape.forbidden[0] else 0,
    )


def _shape(community: str, kind: str, titles: tuple[str, str]) -> Shape:
    """How a community lays out its ledger of a kind."""
    custom = layouts.of(community)
    ledger, header, content = FORBIDDEN_COLUMNS.get(community, ("", "", ""))
    return Shape(
        wording=custom.wording,
        columns=custom.person if kind == "person" else custom.dwelling,
        titles=titles if custom.titled else (),
        two_row_header=custom.two_row_header and kind == "person",
        repeated_header=custom.repeated_header,
        footer=custom.footer,
        merged_households=custom.merged_households and kind == "person",
        forbidden=(header, content) if ledger == kind else ("", ""),
    )


def _by_building(entries: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """One sheet a building, in street order; who has no house stands on a sheet of their own."""
    housed = [entry for entry in entries if entry.place]
    groups = [
        (building, list(rows))
        for building, rows in itertools.groupby(housed, lambda e: e.place.building if e.place else "")
    ]
    homeless = [entry for entry in entries if not entry.place]
    return [*groups, ("空挂户", homeless)] if homeless else groups


def _file(world: World, path: Path, kind: str, scope: str, laid: list[Sheet], forbidden: int) -> LedgerFile:
    kinds = {fault.number: fault.kind for fault in world.faults}
    records: list[Record] = []
    planted: list[tuple[int, str, int]] = []
    for sheet in laid:
        for row, entry in sheet.places:
            records.append(
                Record(
                    sheet=sheet.name,
                    row=row,
                    kind=kind,
                    ref=entry.ref,
                    community=entry.community,
                    door=entry.door,
                    values=entry.values,
                    faults=tuple(kinds[number] for number in entry.faults),
                )
            )
            planted.extend((number, sheet.name, row) for number in entry.faults)
    if forbidden:
        planted.append((forbidden, laid[0].name, laid[0].header_row))
    return LedgerFile(path, kind, scope, tuple(records), tuple(planted))
