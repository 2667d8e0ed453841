"""What fields of several kinds declare alike: reasons, periods, coded fields, telephones."""

from __future__ import annotations

from typing import Any

from gridwalk.dictionary import readers
from gridwalk.dictionary.types import Authority, Beside, Choices, Column, Field, Form, Sensitivity
from gridwalk.method import papers, phones

SERVICE = "网格服务管理与入户走访"
GRID_BASIS = "街道网格基础信息管理职责"
PERSONAL_BASIS = "个人信息保护法第十三条第（三）项：履行法定职责所必需"
WITH_PERSON = "迁走或去世后 2 年"
WITH_DWELLING = "随房屋；注销后 2 年"
ID_SYNONYMS = (
    "身份证号",
    "身份证",
    "身份证号码",
    "公民身份号码",
    "证件号码",
    "身份证件号码",
    "证件号",
    "id_no",
    "ID Number",
    "ID No",
    "ID No.",
    "ID Card",
    "ID Card Number",
    "公民身份证号码",
    "身份号码",
    "身份证件号",
    "有效证件号码",
    "有效证件号",
    "证照号码",
)
PAPER = Beside(
    name="paper",
    label="证件类型",
    synonyms=(
        "证件种类",
        "证件类别",
        "证件名称",
        "证照类型",
        "证件类型名称",
        "证件类型代码",
        "身份证件类型",
        "有效证件类型",
    ),
    choices=papers.WORDS,
    codes="GA/T 517 常用证件代码",
    join=papers.told,
    shapes=papers.SHAPES,
)
PHONE_SYNONYMS = (
    *("联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "移动电话", "phone", "本人电话"),
    *("Mobile", "Mobile Phone", "Telephone", "Phone Number", "Tel"),
)


def choice(kind: str, name: str, label: str, values: Choices, *synonyms: str, **more: Any) -> Field:
    """A coded field."""
    form: Form = more.get("form", Form())
    kept = WITH_PERSON if kind in {"person", "care"} else WITH_DWELLING
    basis = PERSONAL_BASIS if kind in {"person", "care"} else GRID_BASIS
    return Field(
        kind=kind,
        name=name,
        label=label,
        synonyms=synonyms,
        read=readers.choice(values, more.get("former"), form.short),
        purpose=SERVICE,
        basis=basis,
        retention=kept,
        column=Column.CHOICE,
        choices=values,
        **more,
    )


def phone(kind: str, name: str, label: str, *synonyms: str, **more: Any) -> Field:
    """A telephone number; the resident's own word applies to it."""
    return Field(
        kind=kind,
        name=name,
        label=label,
        synonyms=synonyms,
        read=readers.phone,
        purpose="走访前后联系、电话核实",
        basis=PERSONAL_BASIS,
        retention=WITH_PERSON,
        column=Column.SEALED,
        index="phone",
        sensitivity=Sensitivity.SENSITIVE,
        mask=phones.mask,
        authority=Authority.RESIDENT,
        **more,
    )
