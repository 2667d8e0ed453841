"""Which community sends its ledgers in which shape. ``CUSTOMS`` is data: one line of habits each."""

from __future__ import annotations

import dataclasses

from gridwalk.simulate.street import wording
from gridwalk.simulate.street.wording import Wording

# A column: (header, field); a field of "" is the running number.
Columns = tuple[tuple[str, str], ...]

_PERSON_TAIL: Columns = (
    ("与户主关系", "relation"),
    ("姓名", "name"),
    ("性别", "sex"),
    ("身份证号", "id_no"),
    ("出生日期", "born_on"),
    ("联系电话", "phone"),
    ("居住类别", "residence_kind"),
    ("户籍地址", "registered_address"),
    ("状态", "status"),
)
_PERSON_TAIL_B: Columns = (
    ("姓名", "name"),
    ("关系", "relation"),
    ("性别", "sex"),
    ("公民身份号码", "id_no"),
    ("出生年月日", "born_on"),
    ("手机号码", "phone"),
    ("人口类型", "residence_kind"),
    ("户口所在地", "registered_address"),
    ("人员状态", "status"),
)
_PARTS: Columns = (("小区", "estate"), ("楼栋", "building"), ("单元", "stairwell"), ("室号", "room"))
_PARTS_B: Columns = (("小区名称", "estate"), ("楼号", "building"), ("门", "stairwell"), ("房号", "room"))
_NUMBER: Columns = (("序号", ""),)
_DWELLING_TAIL: Columns = (
    ("房屋用途", "usage"),
    ("居住状况", "occupancy"),
    ("使用情况", "tenure"),
    ("建筑面积(㎡)", "area_m2"),
    ("产权人", "owner_name"),
    ("产权人电话", "owner_phone"),
)
_DWELLING_TAIL_B: Columns = (
    ("用途", "usage"),
    ("是否空置", "occupancy"),
    ("自住/出租", "tenure"),
    ("面积", "area_m2"),
    ("业主姓名", "owner_name"),
    ("业主电话", "owner_phone"),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """The habits of one community's clerk."""

    wording: Wording
    person: Columns
    dwelling: Columns
    person_csv: bool = False
    dwelling_csv: bool = False
    sheet_a_building: bool = False
    merged_households: bool = False
    two_row_header: bool = False
    repeated_header: int = 0
    footer: bool = False
    titled: bool = True


_STANDARD = Custom(
    wording=Wording(date=wording.dashed),
    person=_NUMBER + _PARTS + _PERSON_TAIL,
    dwelling=(*_NUMBER, ("网格编码", "grid_code"), *_PARTS, ("楼层", "floor"), *_DWELLING_TAIL),
)

CUSTOMS: dict[str, Custom] = {
    "120105001001": Custom(
        wording=Wording(date=wording.dotted, kinds=wording.KINDS_B, empty="无"),
        person=(*_NUMBER, ("现住址", "address"), *_PERSON_TAIL_B),
        dwelling=(*_NUMBER, ("网格编码", "grid_code"), ("房屋地址", "address"), ("楼层", "floor"), *_DWELLING_TAIL_B),
        footer=True,
    ),
    "120105001003": Custom(
        wording=Wording(date=wording.chinese, empty="—", building="{n}号楼", room="{room}室"),
        person=_NUMBER + _PARTS + _PERSON_TAIL,
        dwelling=(("网格编码", "grid_code"), *_PARTS, ("楼层", "floor"), *_DWELLING_TAIL),
        dwelling_csv=True,
        merged_households=True,
        footer=True,
    ),
    "120105001013": Custom(
        wording=Wording(date=wording.packed, kinds=wording.KINDS_C, building="{n}栋", empty="不详"),
        person=_NUMBER + _PARTS_B + _PERSON_TAIL_B,
        dwelling=(*_NUMBER, ("网格号", "grid_code"), *_PARTS_B, *_DWELLING_TAIL_B),
        repeated_header=45,
    ),
    "120105001015": Custom(
        wording=Wording(date=wording.dotted, occupancy=wording.OCCUPANCY_B, empty="／"),
        person=_NUMBER + _PARTS + _PERSON_TAIL,
        dwelling=(*_NUMBER, ("所属网格编码", "grid_code"), *_PARTS, *_DWELLING_TAIL),
        footer=True,
    ),
    "120105001020": Custom(
        wording=Wording(date=wording.real_date, tenure=wording.TENURE_B, building="{n}"),
        person=_NUMBER + _PARTS_B + _PERSON_TAIL,
        dwelling=(*_NUMBER, ("网格编码", "grid_code"), *_PARTS_B, *_DWELLING_TAIL),
        two_row_header=True,
        footer=True,
    ),
    "120105001021": Custom(
        wording=Wording(date=wording.dashed, kinds=wording.KINDS_B, room="{room}号"),
        person=_PARTS + _PERSON_TAIL_B,
        dwelling=(*_NUMBER, ("网格编码", "grid_code"), *_PARTS, *_DWELLING_TAIL_B),
        person_csv=True,
        titled=False,
    ),
    "120105001022": Custom(
        wording=Wording(date=wording.dotted, short_addresses=True, numeric_grid=True),
        person=(*_NUMBER, ("居住地址", "address"), *_PERSON_TAIL),
        dwelling=(*_NUMBER, ("网格编码", "grid_code"), ("坐落", "address"), *_DWELLING_TAIL),
        repeated_header=60,
        footer=True,
    ),
    "120105001023": Custom(
        wording=Wording(date=wording.chinese, building="{n}幢", occupancy=wording.OCCUPANCY_B),
        person=(("序号", ""), ("小区", "estate"), ("单元", "stairwell"), ("室号", "room"), *_PERSON_TAIL),
        dwelling=(*_NUMBER, ("网格编码", "grid_code"), *_PARTS, ("楼层", "floor"), *_DWELLING_TAIL),
        sheet_a_building=True,
        two_row_header=True,
        footer=True,
    ),
    "120105001024": Custom(
        wording=Wording(date=wording.packed, tenure=wording.TENURE_B, empty="无"),
        person=_NUMBER + _PARTS_B + _PERSON_TAIL_B,
        dwelling=(*_NUMBER, ("网格编码", "grid_code"), *_PARTS_B, *_DWELLING_TAIL_B),
        merged_households=True,
    ),
}

ORGANIZATION: Columns = (
    ("序号", ""),
    ("社区", "community"),
    ("单位名称", "name"),
    ("统一社会信用代码", "uscc"),
    ("单位类型", "org_kind"),
    ("所属网格编码", "grid_code"),
    ("经营地址", "address"),
    ("负责人", "contact_name"),
    ("联系电话", "contact_phone"),
    ("经营状态", "status"),
)
SITE: Columns = (
    ("序号", ""),
    ("社区", "community"),
    ("重点场所名称", "name"),
    ("场所类型", "site_kind"),
    ("所属网格编码", "grid_code"),
    ("地址", "address"),
    ("责任人", "contact_name"),
    ("联系电话", "contact_phone"),
    ("检查间隔", "interval_days"),
)
FACILITY: Columns = (
    ("序号", ""),
    ("社区", "community"),
    ("设施编号", "name"),
    ("设备类型", "facility_kind"),
    ("所属网格编码", "grid_code"),
    ("小区", "estate"),
    ("楼号", "building"),
    ("门", "stairwell"),
    ("安装位置", "spot"),
    ("管护责任单位", "keeper"),
    ("联系电话", "contact_phone"),
    ("检查周期", "interval_days"),
    ("使用状态", "status"),
    ("上次检查日期", "last_round_on"),
)
CARE: Columns = (
    ("序号", ""),
    ("所属社区", "community"),
    ("姓名", "name"),
    ("身份证号码", "id_no"),
    ("关怀类别", "category"),
    ("小区", "estate"),
    ("楼栋", "building"),
    ("单元", "stairwell"),
    ("室号", "room"),
    ("联系间隔", "interval_days"),
    ("纳入日期", "starts_on"),
    ("有效期至", "ends_on"),
    ("同意日期", "consent_on"),
)


def of(community: str) -> Custom:
    """The habits of a community; a plain shape where none are known."""
    return CUSTOMS.get(community, _STANDARD)
