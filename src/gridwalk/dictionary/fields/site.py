"""A key site (重点场所)."""

from __future__ import annotations

from gridwalk.dictionary import choices, location, readers, sight
from gridwalk.dictionary.fields import presets
from gridwalk.dictionary.types import Column, Field, Form, Sensitivity
from gridwalk.method import names

FIELDS = (
    Field(
        kind="site",
        name="name",
        label="场所名称",
        synonyms=("名称", "重点场所", "重点场所名称", "单位名称", "点位名称"),
        read=readers.Plain(100),
        purpose=presets.SERVICE,
        basis=presets.GRID_BASIS,
        retention="关闭后 2 年",
        sensitivity=Sensitivity.PUBLIC,
        required=True,
        never_empty=True,
        on_phone=True,
    ),
    presets.choice(
        "site", "site_kind", "场所类型", choices.SITE_KIND, "类型", "场所类别", "类别", "场所性质", on_phone=True
    ),
    Field(
        kind="site",
        name="contact_name",
        label="联系人",
        synonyms=("负责人", "安全负责人", "安全责任人", "责任人", "联系人姓名", "负责人姓名"),
        read=readers.person_name,
        purpose="走访场所时联系",
        basis=presets.PERSONAL_BASIS,
        retention="关闭后 2 年",
        sensitivity=Sensitivity.PERSONAL,
        on_phone=True,
        form=Form(door=10),
        mask=names.mask,
        sight=sight.NAME,
    ),
    presets.phone(
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
        "安全责任人电话",
        on_phone=True,
        form=Form(door=20),
    ),
    Field(
        kind="site",
        name="interval_days",
        label="联系间隔",
        synonyms=("间隔(天)", "检查间隔", "检查周期", "巡查周期", "间隔天数"),
        read=readers.interval,
        purpose="按期关注",
        basis=presets.GRID_BASIS,
        retention="关闭后 2 年",
        sensitivity=Sensitivity.INTERNAL,
        column=Column.WHOLE,
        never_empty=True,
        on_phone=True,
        unit="天",
    ),
    *location.fields("site"),
)
