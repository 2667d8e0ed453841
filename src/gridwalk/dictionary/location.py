"""The columns that say which door a row is about; every kind of ledger has some of them."""

from __future__ import annotations

from gridwalk.dictionary import readers
from gridwalk.dictionary.types import Field

_PURPOSE = "找到是哪一处房屋"
_BASIS = "网格化服务管理"
_KEPT = "随房屋"


def fields(kind: str) -> tuple[Field, ...]:
    """The location columns as fields of ``kind``."""

    def field(name: str, label: str, length: int, *synonyms: str) -> Field:
        return Field(
            kind=kind,
            name=name,
            label=label,
            synonyms=synonyms,
            read=readers.Plain(length) if name == "grid_code" else readers.Part(length, name),
            purpose=_PURPOSE,
            basis=_BASIS,
            retention=_KEPT,
            locates=True,
        )

    return (
        field("grid_code", "网格编码", 20, "网格号", "网格代码", "所属网格编码", "网格编号"),
        field("grid_name", "网格", 40, "所属网格", "网格名称", "基础网格", "所在网格"),
        field(
            "community",
            "社区",
            40,
            "所属社区",
            "社区名称",
            "居委会",
            "所在社区",
            "社区居委会",
            "村居",
            "村居委会",
            "行政村",
        ),
        field(
            "estate",
            "小区",
            40,
            "小区名称",
            "所属小区",
            "楼盘",
            "院落",
            "小区(院落)",
            "小区/院落",
            "小区院落名称",
            "院落名称",
            "楼盘名称",
        ),
        field(
            "building",
            "楼栋",
            40,
            "楼号",
            "楼栋号",
            "栋号",
            "幢号",
            "楼",
            "栋",
            "幢",
            "楼幢号",
            "楼门栋",
            "楼门号",
            "楼门牌号",
            "楼座",
            "座号",
            "楼栋名称",
            "所在楼栋",
        ),
        field(
            "stairwell",
            "单元",
            20,
            "单元号",
            "门栋",
            "门",
            "单元(门)",
            "楼门",
            "梯号",
            "门号",
            "门洞",
            "门洞号",
            "楼洞",
        ),
        field("floor", "楼层", 20, "层", "所在层", "层数", "所在楼层"),
        field("room", "室号", 30, "房号", "室", "房间号", "门牌", "户号", "门牌号", "房屋号", "房间", "户室号"),
        field(
            "address",
            "地址",
            120,
            "住址",
            "现住址",
            "居住地址",
            "详细地址",
            "房屋地址",
            "家庭住址",
            "现居住地址",
            "房屋坐落",
            "坐落",
            "经营地址",
            "单位地址",
            "所在地址",
            "居住地",
            "现住地址",
            "实际居住地",
            "现居住地",
            "居住详址",
            "居住地详址",
            "实际居住地址",
            "房屋详细地址",
            "所住地址",
            "address",
            "经营场所",
            "经营场所地址",
            "场所地址",
        ),
    )
