"""What an import says about rows beside the faults of cells; plain values only."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping

from gridwalk.registry.rules import HANDED_IN_A_DAY

PHONES_OF_ONE = 3
"""So many telephones a file may say of one person or place; of more nothing is told, or the counts tell which."""

FAULTS = {
    "no_door": "看不出是哪一户，人已登记，还没有关联房屋。请补全小区、楼号和室号",
    "door_only_here": "房屋台账里没有这一户，已按人口台账补建，居住状况待核实",
    "grid_unknown": "网格编码不在本街道，已放入社区“未划入网格”。请核对编码",
    "grid_name_unknown": "认不出网格：这个社区里没有，或不止一个叫这个名称的。楼已在某个网格的随楼，其余放入“未划入网格”。"
    "请核对名称，或到“划入网格”里划",
    "still_unassigned": "这里还在“未划入网格”，导入不挪已登记的。请到“划入网格”把这栋楼划过去",
    "community_unknown": "看不出是哪个社区，这行没导入。请补上社区或网格编码",
    "community_doubtful": "写的社区认不出，按导入时选的社区办了。不是这个社区的，请核对社区这一列",
    "elsewhere": "这一行是“{there}”的（写的社区、网格、地址，或这栋楼、这个小区登记在那里），没有导入。请交给那个社区；"
    "户籍在这里、人住那边的，地址写户籍的门牌，居住类别写人户分离；确是这里的，在这一行写上这里的网格编码再导",
    "code_elsewhere": "这个统一社会信用代码登记在“{there}”，没有导入。迁来的，请那边先办搬离；是分支机构的，请填它自己的代码",
    "namesakes": "这一户有几个同名的人，看不出是哪一个，这行没导入。请补上证件号，或补上出生日期",
    "namesake_apart": "这一户另有同名的人，出生日期或性别对不上，当作两个人登记了。确是一个人的，请到他的页上合并",
    "person_unknown": "系统里找不到这个人，这行没导入。请先导入人口台账，或核对证件号",
    "same_row_twice": "同一户在本表里写了两行，已并为一户",
    "id_disagrees_born": "出生日期与证件号不符，已按证件号登记",
    "id_disagrees_sex": "性别与证件号不符，已按证件号登记",
    "building_unknown": "系统里没有这栋楼，已登记在所写的网格，没有挂到楼栋。请核对楼号",
    "round_in_future": "上次巡检日期在将来，没有采用，其余照常。请核对日期",
    "same_facility_twice": "同一处设施在本表里写了两行，已并为一处",
    "too_many_of_a_day": f"同一地区、同一天出生的号码，30 天里已交来 {HANDED_IN_A_DAY} 个登记里没有的，"
    "这一行没有核对，也没有入库。请先核对号码；确实无误，请另一名管确认岗位的人在这份台账的页面上放行",
    "too_many_phones": f"同一个人（同一处）在本表里写了 {PHONES_OF_ONE} 个以上的电话，这些行没有入库，也没有核对。请先问清是哪一个",
    "not_half": "您的岗位看不到明细，只能办过半的台账：这个社区在册的，表里对得上的不到一半，这一行没有入库。请交给社区导入",
    "id_elsewhere": "这个证件号登记在别处，已请那边确认；确认以前，这一户记 1 人待对方确认。请核对是不是抄错了一位",
    "id_elsewhere_no_door": "这个证件号登记在别处，这一行看不出是哪一户，没有记。请补全小区、楼号和室号再交，那边才好确认；也请核对"
    "是不是抄错了一位",
}
WHY_STAYS = {
    "visited": "入库以后走访、巡检过",
    "contacted": "入库以后有过关爱联系",
    "decided": "入库以后有人定过（差异、复核、核疑、更正方案）",
    "noted": "手机上报来过，或记过隐患、诉求",
    "listed": "另一份台账也写着",
    "handed_out": "已写进回填清单",
    "linked": "入库以后改过、加过人房关联",
    "lived_at": "还有人住，或有单位在这里",
    "dispatched": "已下派，没有另一人复核",
    "erased": "身份内容已清除，谁也找不回来",
    "changed": "入库以后有人改过",
    "used": "入库以后有人用过",
}
"""Why a record stays where its import is taken back, by code."""
FAULTS |= {
    f"stays_{code}": f"撤销时留下：{why}。确是登记错了，请到它的页上提交注销登记或更正"
    for code, why in WHY_STAYS.items()
}


@dataclasses.dataclass(frozen=True)
class UnusedColumn:
    """A column of which nothing is taken: how many cells it fills, and how they look."""

    header: str
    n_filled: int
    look: str

    def __str__(self) -> str:
        told = [f"{self.n_filled:,} 格" if self.n_filled else "", self.look]
        shown = "，".join(filter(None, told))
        return f"{self.header}（{shown}）" if shown else self.header


NOT_COMPARED = (
    f"同一地区、同一天出生的号码，30 天里已交来 {HANDED_IN_A_DAY} 个登记里没有的，这一行没有比。"
    "请先核对号码；确实无误，请另一名管确认岗位的人在这份比对的页面上放行"
)
ELSEWHERE_COMPARED = "这一行是“{there}”的（写的社区、网格、地址，或这栋楼、这个小区登记在那里），没有比"
UNKNOWN_GRIDS = {"grid_unknown": "grid_code", "grid_name_unknown": "grid_name"}
"""Fault of a row whose grid is none → the field that names it."""
WITHHELD, CROWDED, NOT_HALF = "too_many_of_a_day", "too_many_phones", "not_half"
ELSEWHERE = "elsewhere"
FAULT_AT = {
    ELSEWHERE: "community",
    "community_doubtful": "community",
    "code_elsewhere": "uscc",
    "grid_unknown": "grid_code",
    "grid_name_unknown": "grid_name",
    WITHHELD: "id_no",
}
"""The field whose cell is at fault, of faults that a place brings along, or a number."""
BATCH_ROWS = 2000
"""So many rows are one transaction; it holds the grids it writes to for a second or two."""
NEVER = -1
"""The batch of rows that are not applied."""
NEW_ROW = "new_row"
"""Stands in the place of a field on the back-fill list where the side lacks the whole record."""
ENDED_ROW = "ended_row"
"""Likewise where the record has ended and the side has it still."""
REFUSING = frozenset(
    {
        *("community_unknown", "elsewhere", "code_elsewhere", "person_unknown", "id_elsewhere_no_door", "namesakes"),
        *("too_many_of_a_day", "too_many_phones", "not_half"),
    }
)
"""Codes of rows that are not imported."""
OF_REGISTER = frozenset(FAULTS) - {
    *("grid_unknown", "grid_name_unknown", "community_unknown", "too_many_of_a_day", "too_many_phones", "not_half"),
    *("community_doubtful", "elsewhere"),
    *("same_row_twice", "same_facility_twice", "id_disagrees_born", "id_disagrees_sex", "round_in_future"),
}
"""Codes that tell what the register has: only for who sees its rows."""


def crowded(rows: Iterable[tuple[int, Hashable, str]]) -> set[int]:
    """Of (row, whom it speaks of, telephone) the rows that speak of somebody with too many telephones in one file."""
    numbers: dict[Hashable, set[str]] = defaultdict(set)
    rows_of: dict[Hashable, set[int]] = defaultdict(set)
    for row, whom, number in rows:
        numbers[whom].add(number)
        rows_of[whom].add(row)
    return {row for whom, of in numbers.items() if len(of) > PHONES_OF_ONE for row in rows_of[whom]}


def covers(n_listed: int, n_held: int) -> bool:
    """Whether a file that lists so many of the records held is a list of them: it has at least half."""
    return 2 * n_listed >= n_held


FEWEST = 5
"""Less of anything than this is not told to who sees rows masked."""


def told_fields(by_field: Mapping[str, tuple[int, int]], *, n_unequal: int) -> dict[str, tuple[int, int]]:
    """Of which fields it is told in how many records they agree (``by_field``: field → agreeing, compared).

    Left out are those in which fewer than five differ, none and all like one. Every unequal record differs somewhere:
    where those that are told would not explain all ``n_unequal``, the least of them is left out too, until what is left
    out may be 0 in each field.
    """
    told = {field: (n, d) for field, (n, d) in by_field.items() if d - n >= FEWEST and n >= FEWEST}
    while told and len(told) < len(by_field) and sum(d - n for n, d in told.values()) < n_unequal:
        del told[min(told, key=lambda field: (told[field][1] - told[field][0], field))]
    return told


def staged_key(of: object, sheet: str, row_no: int, part: int) -> str:
    """What a staged row's envelopes are bound to; the first record of a row as before rows had parts."""
    return f"{of}|{sheet}|{row_no}" + (f"|{part}" if part else "")


def receipt_key(of: object, batch: int) -> str:
    """Under what key a batch of an import has its receipt."""
    return f"import:{of}:{batch}"


UNDO_KEYS = "import-back:"


def undo_key(of: object, batch: int) -> str:
    """Under what key a batch of an import has the receipt of its taking back."""
    return f"{UNDO_KEYS}{of}:{batch}"


def row_place(sheet: str, row_no: int) -> str:
    """Which row of a workbook is meant, in words."""
    return f"{sheet} 第 {row_no} 行"


Identities = Mapping[int, Collection[Hashable]]
"""Row → what it speaks of, as far as a row of another grid may speak of it too: numbers, doors."""


def batches(grid_of: Mapping[int, str], identities: Identities, *, first: int = 0) -> dict[int, int]:
    """Row → its batch, counted from ``first``: whole grids in the order of their first rows, so many rows at a time; a
    grid of more has batches of its own.

    Grids whose rows speak of one thing are apart: what the later one says is held against what the first has made.
    """
    by_grid: dict[str, list[int]] = defaultdict(list)
    for index, grid in grid_of.items():
        by_grid[grid].append(index)
    parts: list[list[int]] = []
    spoken: set[Hashable] = set()
    for members in sorted(by_grid.values(), key=lambda members: members[0]):
        own = {identity for index in members for identity in identities.get(index, ())}
        if parts and len(parts[-1]) + len(members) <= BATCH_ROWS and spoken.isdisjoint(own):
            parts[-1] += members
            spoken |= own
            continue
        parts += [members[start : start + BATCH_ROWS] for start in range(0, len(members), BATCH_ROWS)]
        spoken = own
    return {index: first + n for n, part in enumerate(parts) for index in part}
