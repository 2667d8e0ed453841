"""Every field of every kind, and what the rest of the house asks about one."""

from __future__ import annotations

import functools
import re
from typing import Any

from gridwalk.dictionary import choices, location, readers
from gridwalk.dictionary.types import Authority, Choices, Field, Parsed, Sensitivity
from gridwalk.method import idcards, phones, text

KINDS = {
    "dwelling": "房屋",
    "person": "人员",
    "organization": "单位",
    "site": "重点场所",
    "facility": "设施",
    "care": "关怀对象",
}

_SERVICE = "网格服务管理与入户走访"
_GRID_BASIS = "街道网格基础信息管理职责"
_PERSONAL_BASIS = "个人信息保护法第十三条第（三）项：履行法定职责所必需"
_WITH_PERSON = "迁走或去世后 2 年"
_WITH_DWELLING = "随房屋；注销后 2 年"


def _choice(kind: str, name: str, label: str, values: Choices, *synonyms: str, **more: Any) -> Field:
    kept = _WITH_PERSON if kind in {"person", "care"} else _WITH_DWELLING
    basis = _PERSONAL_BASIS if kind in {"person", "care"} else _GRID_BASIS
    return Field(
        kind=kind,
        name=name,
        label=label,
        synonyms=synonyms,
        read=readers.choice(values),
        purpose=_SERVICE,
        basis=basis,
        retention=kept,
        choices=values,
        **more,
    )


def _phone(kind: str, name: str, label: str, *synonyms: str, **more: Any) -> Field:
    return Field(
        kind=kind,
        name=name,
        label=label,
        synonyms=synonyms,
        read=readers.phone,
        purpose="走访前后联系、电话核实",
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.SENSITIVE,
        mask=phones.mask,
        authority=Authority.RESIDENT,
        **more,
    )


_ID_SYNONYMS = (
    "身份证号",
    "身份证",
    "身份证号码",
    "公民身份号码",
    "证件号码",
    "身份证件号码",
    "证件号",
    "id_no",
    "公民身份证号码",
    "身份号码",
)
_PHONE_SYNONYMS = ("联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "移动电话", "phone", "本人电话")

_DWELLING = (
    *location.fields("dwelling"),
    _choice("dwelling", "usage", "房屋用途", choices.USAGE, "用途", "房屋性质", "房屋类型", "使用性质"),
    _choice(
        "dwelling",
        "occupancy",
        "居住状况",
        choices.OCCUPANCY,
        "居住情况",
        "是否空置",
        "房屋状态",
        "空置情况",
        "是否有人居住",
        required=True,
        fresh_days=180,
    ),
    _choice(
        "dwelling",
        "tenure",
        "使用情况",
        choices.TENURE,
        "房屋使用情况",
        "自住/出租",
        "是否出租",
        "居住类型",
        "住房来源",
        "出租情况",
        fresh_days=180,
    ),
    Field(
        kind="dwelling",
        name="area_m2",
        label="建筑面积",
        synonyms=("面积", "建筑面积(平方米)", "面积(㎡)", "房屋面积"),
        read=readers.number(3, 5000),
        purpose=_SERVICE,
        basis=_GRID_BASIS,
        retention=_WITH_DWELLING,
        authority=Authority.DOCUMENT,
    ),
    Field(
        kind="dwelling",
        name="owner_name",
        label="产权人",
        synonyms=("房主", "房主姓名", "业主", "业主姓名", "产权人姓名", "房东"),
        read=readers.person_name,
        purpose="联系房屋的负责人",
        basis=_PERSONAL_BASIS,
        retention=_WITH_DWELLING,
        sensitivity=Sensitivity.PERSONAL,
        authority=Authority.DOCUMENT,
    ),
    _phone(
        "dwelling",
        "owner_phone",
        "产权人电话",
        "房主电话",
        "业主电话",
        "房东电话",
        "房主联系电话",
        "产权人联系电话",
        "业主联系电话",
    ),
)

_PERSON = (
    Field(
        kind="person",
        name="name",
        label="姓名",
        synonyms=("居民姓名", "人员姓名", "成员姓名", "name", "名字", "家庭成员姓名"),
        read=readers.person_name,
        purpose=_SERVICE,
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.PERSONAL,
        required=True,
        authority=Authority.DOCUMENT,
    ),
    Field(
        kind="person",
        name="id_no",
        label="证件号",
        synonyms=_ID_SYNONYMS,
        read=readers.id_no,
        purpose="分清同名的人，一人一条",
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.SENSITIVE,
        required=True,
        mask=idcards.mask,
        authority=Authority.DOCUMENT,
    ),
    _choice(
        "person",
        "sex",
        "性别",
        choices.SEX,
        "sex",
        "人员性别",
        required=True,
        sensitivity=Sensitivity.PERSONAL,
        authority=Authority.DOCUMENT,
    ),
    Field(
        kind="person",
        name="born_on",
        label="出生日期",
        synonyms=("出生年月", "出生年月日", "生日", "出生"),
        read=readers.date,
        purpose="按年龄安排关怀",
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.PERSONAL,
        required=True,
        authority=Authority.DOCUMENT,
    ),
    _phone("person", "phone", "电话", *_PHONE_SYNONYMS, fresh_days=180),
    _choice(
        "person",
        "relation",
        "与户主关系",
        choices.RELATION,
        "与户主的关系",
        "户主关系",
        "关系",
        "家庭关系",
        "成员关系",
        sensitivity=Sensitivity.PERSONAL,
    ),
    _choice(
        "person",
        "residence_kind",
        "居住类别",
        choices.RESIDENCE_KIND,
        "人口类别",
        "人口类型",
        "人员类型",
        "居住性质",
        "人户状态",
        "人员类别",
        "户籍状态",
        "居住类型",
        sensitivity=Sensitivity.PERSONAL,
        fresh_days=180,
    ),
    Field(
        kind="person",
        name="registered_address",
        label="户籍地址",
        synonyms=("户籍地", "户口所在地", "户籍所在地", "户籍住址", "户口地址"),
        read=readers.Plain(160),
        purpose="分清户籍在此与住在此",
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.PERSONAL,
        authority=Authority.DOCUMENT,
    ),
    _choice(
        "person",
        "status",
        "人员状态",
        choices.PERSON_STATUS,
        "状态",
        "人员现状",
        "是否健在",
        authority=Authority.DOCUMENT,
    ),
    *location.fields("person"),
)

_ORGANIZATION = (
    Field(
        kind="organization",
        name="name",
        label="单位名称",
        synonyms=("名称", "企业名称", "商户名称", "机构名称", "店铺名称", "单位", "字号"),
        read=readers.Plain(100),
        purpose=_SERVICE,
        basis=_GRID_BASIS,
        retention="关停后 2 年",
        sensitivity=Sensitivity.PUBLIC,
        required=True,
        authority=Authority.DOCUMENT,
    ),
    Field(
        kind="organization",
        name="uscc",
        label="统一社会信用代码",
        synonyms=(
            "信用代码",
            "社会信用代码",
            "统一信用代码",
            "营业执照号",
            "执照号",
            "注册号",
            "统一社会信用代码/注册号",
        ),
        read=readers.credit_code,
        purpose="分清同名的单位",
        basis=_GRID_BASIS,
        retention="关停后 2 年",
        sensitivity=Sensitivity.PUBLIC,
        authority=Authority.DOCUMENT,
    ),
    _choice(
        "organization", "org_kind", "单位类型", choices.ORGANIZATION_KIND, "类型", "企业类型", "单位性质", "主体类型"
    ),
    Field(
        kind="organization",
        name="contact_name",
        label="联系人",
        synonyms=("负责人", "法人", "法定代表人", "经营者", "负责人姓名", "联系人姓名"),
        read=readers.person_name,
        purpose="走访单位时联系",
        basis=_PERSONAL_BASIS,
        retention="关停后 2 年",
        sensitivity=Sensitivity.PERSONAL,
    ),
    _phone(
        "organization",
        "contact_phone",
        "联系电话",
        "联系人电话",
        "负责人电话",
        "电话",
        "手机",
        "联系方式",
        "手机号",
        "经营者电话",
        "法人电话",
        "法定代表人电话",
    ),
    _choice("organization", "status", "经营状态", choices.ORGANIZATION_STATUS, "状态", "营业状态", "单位状态"),
    *location.fields("organization"),
)

_SITE = (
    Field(
        kind="site",
        name="name",
        label="场所名称",
        synonyms=("名称", "重点场所", "重点场所名称", "单位名称", "点位名称"),
        read=readers.Plain(100),
        purpose=_SERVICE,
        basis=_GRID_BASIS,
        retention="撤销后 2 年",
        sensitivity=Sensitivity.PUBLIC,
        required=True,
    ),
    _choice("site", "site_kind", "场所类型", choices.SITE_KIND, "类型", "场所类别", "类别", "场所性质"),
    Field(
        kind="site",
        name="contact_name",
        label="联系人",
        synonyms=("负责人", "安全负责人", "责任人", "联系人姓名"),
        read=readers.person_name,
        purpose="走访场所时联系",
        basis=_PERSONAL_BASIS,
        retention="撤销后 2 年",
        sensitivity=Sensitivity.PERSONAL,
    ),
    _phone(
        "site",
        "contact_phone",
        "联系电话",
        "联系人电话",
        "负责人电话",
        "电话",
        "手机",
        "联系方式",
        "责任人电话",
        "安全负责人电话",
    ),
    Field(
        kind="site",
        name="interval_days",
        label="联系间隔",
        synonyms=("间隔(天)", "检查间隔", "巡查周期", "间隔天数"),
        read=readers.interval,
        purpose="按期关注",
        basis=_GRID_BASIS,
        retention="撤销后 2 年",
        sensitivity=Sensitivity.INTERNAL,
    ),
    *location.fields("site"),
)

_FACILITY = (
    Field(
        kind="facility",
        name="name",
        label="编号或名称",
        synonyms=("编号", "设施编号", "设备编号", "名称", "设施名称", "设备名称", "点位编号", "器材编号"),
        read=readers.Plain(60),
        purpose="分清同类的设施",
        basis=_GRID_BASIS,
        retention="拆除后 2 年",
        sensitivity=Sensitivity.PUBLIC,
        authority=Authority.DOCUMENT,
    ),
    _choice(
        "facility",
        "facility_kind",
        "设施类型",
        choices.FACILITY_KIND,
        "类型",
        "设施类别",
        "设施种类",
        "设备类型",
        "设备类别",
        "器材类型",
        "类别",
        required=True,
    ),
    Field(
        kind="facility",
        name="spot",
        label="具体位置",
        synonyms=("位置", "安装位置", "设置位置", "所在位置", "放置位置", "安装地点", "位置描述", "点位"),
        read=readers.Plain(60),
        purpose="走到跟前找得着",
        basis=_GRID_BASIS,
        retention="拆除后 2 年",
        sensitivity=Sensitivity.PUBLIC,
    ),
    Field(
        kind="facility",
        name="keeper",
        label="管护单位",
        synonyms=("管护责任单位", "管理单位", "产权单位", "维护单位", "维保单位", "责任单位", "权属单位", "养护单位"),
        read=readers.Plain(60),
        purpose="坏了找谁修",
        basis=_GRID_BASIS,
        retention="拆除后 2 年",
        sensitivity=Sensitivity.PUBLIC,
    ),
    Field(
        kind="facility",
        name="contact_name",
        label="管护联系人",
        synonyms=("管护人", "联系人", "负责人", "责任人", "管护责任人", "维保人员"),
        read=readers.person_name,
        purpose="坏了找谁修",
        basis=_PERSONAL_BASIS,
        retention="拆除后 2 年",
        sensitivity=Sensitivity.PERSONAL,
    ),
    _phone(
        "facility",
        "contact_phone",
        "管护电话",
        "联系电话",
        "联系人电话",
        "负责人电话",
        "责任人电话",
        "维保电话",
        "电话",
        "手机",
        "联系方式",
    ),
    Field(
        kind="facility",
        name="interval_days",
        label="巡检间隔",
        synonyms=("巡检周期", "检查周期", "检查间隔", "巡查周期", "维保周期", "间隔(天)", "间隔天数"),
        read=readers.interval,
        purpose="按期巡检",
        basis=_GRID_BASIS,
        retention="拆除后 2 年",
        sensitivity=Sensitivity.INTERNAL,
    ),
    _choice(
        "facility",
        "status",
        "设施状态",
        choices.FACILITY_STATUS,
        "状态",
        "使用状态",
        "完好情况",
        "现状",
        "运行状态",
        "设备状态",
    ),
    Field(
        kind="facility",
        name="last_round_on",
        label="上次巡检日期",
        synonyms=("上次巡检", "最近巡检日期", "最近检查日期", "上次检查日期", "检查日期", "巡检日期", "上次维保日期"),
        read=readers.date,
        purpose="算下次该哪天巡检，记成一次巡检",
        basis=_GRID_BASIS,
        retention="拆除后 2 年",
        locates=True,
    ),
    *location.fields("facility"),
)

_CARE = (
    Field(
        kind="care",
        name="name",
        label="姓名",
        synonyms=("老人姓名", "对象姓名", "人员姓名", "关爱对象"),
        read=readers.person_name,
        purpose="找到是哪一位",
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.PERSONAL,
        required=True,
        locates=True,
    ),
    Field(
        kind="care",
        name="id_no",
        label="证件号",
        synonyms=_ID_SYNONYMS,
        read=readers.id_no,
        purpose="找到是哪一位",
        basis=_PERSONAL_BASIS,
        retention=_WITH_PERSON,
        sensitivity=Sensitivity.SENSITIVE,
        mask=idcards.mask,
        locates=True,
    ),
    _phone("care", "phone", "电话", *_PHONE_SYNONYMS, locates=True),
    _choice(
        "care",
        "category",
        "关怀类别",
        choices.CARE_CATEGORY,
        "类别",
        "人员类别",
        "对象类别",
        "帮扶类别",
        "关爱类别",
        "重点人群类别",
        required=True,
        sensitivity=Sensitivity.PERSONAL,
    ),
    Field(
        kind="care",
        name="interval_days",
        label="联系间隔",
        synonyms=("间隔(天)", "走访间隔", "探访周期", "间隔天数", "联系频次(天)"),
        read=readers.interval,
        purpose="按期关怀",
        basis=_PERSONAL_BASIS,
        retention="到期不续即止",
        sensitivity=Sensitivity.INTERNAL,
    ),
    Field(
        kind="care",
        name="starts_on",
        label="开始日期",
        synonyms=("起始日期", "纳入日期", "开始时间"),
        read=readers.date,
        purpose="按期关怀",
        basis=_PERSONAL_BASIS,
        retention="到期不续即止",
    ),
    _choice(
        "care",
        "consent",
        "同意方式",
        choices.CARE_CONSENT,
        "本人是否同意",
        "是否同意",
        "知情同意",
        sensitivity=Sensitivity.PERSONAL,
    ),
    Field(
        kind="care",
        name="consent_on",
        label="同意日期",
        synonyms=("本人同意日期", "签字日期", "知情同意日期", "同意时间"),
        read=readers.date,
        purpose="按本人意愿关怀",
        basis=_PERSONAL_BASIS,
        retention="到期不续即止",
    ),
    Field(
        kind="care",
        name="review_on",
        label="复查日期",
        synonyms=("下次复查", "复核日期", "复查时间"),
        read=readers.date,
        purpose="看还需不需要",
        basis=_PERSONAL_BASIS,
        retention="到期不续即止",
    ),
    Field(
        kind="care",
        name="ends_on",
        label="到期日期",
        synonyms=("截止日期", "有效期至", "标识到期", "到期时间"),
        read=readers.date,
        purpose="到期不续自动取消",
        basis=_PERSONAL_BASIS,
        retention="到期不续即止",
    ),
    *location.fields("care"),
)

_BY_KIND: dict[str, tuple[Field, ...]] = {
    "dwelling": _DWELLING,
    "person": _PERSON,
    "organization": _ORGANIZATION,
    "site": _SITE,
    "facility": _FACILITY,
    "care": _CARE,
}
_INDEX = {(f.kind, f.name): f for fields_ in _BY_KIND.values() for f in fields_}

_FORBIDDEN = (
    (re.compile("民族|族别"), "民族不收"),
    (re.compile("宗教|信仰|信教|邪教"), "宗教信仰不收"),
    (re.compile("政治面貌|党员|党派|党团|入党|党支部"), "政治面貌不收"),
    (re.compile("信访|上访|缠访|闹访|维稳|涉稳"), "信访情况不收"),
    (
        re.compile("前科|刑满|刑释|服刑|安置帮教|矫正|犯罪|违法|吸毒|涉毒|戒毒|涉黑|在逃|管控|重点管理|列管|肇事肇祸"),
        "司法、公安信息不收",
    ),
    (re.compile("指纹|人脸|虹膜|声纹|照片|头像|血型|基因|DNA", re.IGNORECASE), "照片和生物特征不收"),
    (re.compile("婚育|避孕|孕检|性取向"), "婚育隐私不收"),
    (re.compile("积分|评分|风险等级|危险等级|分色|红黄绿|信用等级"), "不给人打分分色"),
    (re.compile("银行|卡号|账号|账户|(?<!低)收入|资产|存款"), "财产信息不收"),
    (re.compile("备注|说明|其它情况|其他情况|情况描述|附注|补充"), "备注不导入：里面常写着不该收的内容"),
)


def fields(kind: str) -> tuple[Field, ...]:
    """The fields of a kind, in the order forms show them. Raises KeyError."""
    return _BY_KIND[kind]


def get(kind: str, name: str) -> Field:
    """One field. Raises KeyError."""
    return _INDEX[kind, name]


def find(kind: str, name: str) -> Field | None:
    """One field, or None where the dictionary has no such field."""
    return _INDEX.get((kind, name))


def label(kind: str, name: str) -> str:
    """The field's Chinese label; structural names the change feed uses are labelled here too."""
    found = _INDEX.get((kind, name))
    return found.label if found else _STRUCTURAL.get(name, name)


_STRUCTURAL = {
    "residence": "现住房屋",
    "grid": "所属网格",
    "*": "建档",
    "-": "移到别的网格",
    "outcome": "走访",
    "vacancy_source": "空房核实来源",
    "state": "状态",
    "responsible": "责任人",
    "ended_on": "结束日期",
    "ended_why": "结束原因",
    "to_on": "迁出日期",
    "dwelling": "所在房屋",
}


def choice_label(kind: str, name: str, code: str) -> str:
    """The label of a coded value; the code itself where it has none."""
    found = _INDEX.get((kind, name))
    return found.choices[code][0] if found and code in found.choices else code


def parse(kind: str, name: str, raw: Any) -> Parsed:
    """A cell of that field as read."""
    return readers.formula_error(raw) or _INDEX[kind, name].read(raw)


def answer(kind: str, name: str, header: str, raw: Any) -> Parsed | None:
    """A yes or no under a heading that asks (是否空置: 是 → vacant); None where the cell is no such answer.

    What yes means is decided by the heading, never by the field.
    """
    asked = choices.YES_NO.get((kind, name))
    if not asked or "是否" not in text.fold(header).replace(" ", ""):
        return None
    said = text.fold(raw).lower()
    if said not in choices.YES and said not in choices.NO:
        return None
    for pattern, yes, no in asked:
        if re.search(pattern, text.fold(header).replace(" ", "")):
            return Parsed((yes if said in choices.YES else no) or None)
    return None


def mixed(kind: str, name: str, raw: Any) -> dict[str, str]:
    """Values by field where a cell answers a neighbouring question (居住状况: 出租 → occupied and let); else empty."""
    if (kind, name) not in choices.MIXED:
        return {}
    other, says = choices.MIXED[kind, name]
    value = parse(kind, other, raw).value
    if value not in says:
        return {}
    return {other: value} | ({name: says[value]} if says[value] else {})


@functools.lru_cache(maxsize=512)
def is_sensitive(kind: str, name: str) -> bool:
    """Whether values of the field lie in the envelope wherever they are stored; an unknown field is not one of ours."""
    found = _INDEX.get((kind, name))
    return found is not None and found.is_sensitive


def show(kind: str, name: str, value: Any) -> str:
    """A value as pages show it: masked where the field has a mask, coded values as their label."""
    if value is None or value == "":
        return ""
    found = _INDEX.get((kind, name))
    if found is None:
        return str(value)
    if found.mask:
        return found.mask(str(value))
    return choice_label(kind, name, str(value))


def refused() -> list[tuple[str, str]]:
    """The words a heading is refused for, and why, as the document lists them."""
    return [(re.sub(r"\(\?<!低\)", "", pattern.pattern).replace("|", "、"), reason) for pattern, reason in _FORBIDDEN]


def forbidden(header: str) -> str:
    """Why a column of that header is refused; empty where it is not (domain.md, red lines 1 and 3)."""
    folded = text.fold(header).replace(" ", "")  # 民 族: headings are spaced out to fill their column
    for pattern, reason in _FORBIDDEN:
        if pattern.search(folded):
            return reason
    return ""
