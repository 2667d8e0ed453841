"""docs/dictionary.md, rendered from the fields; a test holds the file to it."""

from __future__ import annotations

from gridwalk.dictionary import fields, refusals
from gridwalk.dictionary.types import AGREES, Field

AUTHORITY = {"door": "当面为准", "document": "证件为准", "resident": "本人为准"}
COLUMN = {
    "text": "文字",
    "whole": "整数",
    "number": "数字",
    "date": "日期",
    "choice": "选一项",
    "sealed": "号码",
}
SENSITIVITY = {"public": "公开", "internal": "内部", "personal": "个人信息", "sensitive": "敏感，加密存放"}

HEAD = """# 数据项字典（一数一源）

本文由 `gridwalk.dictionary` 生成，不手改。每一项写明用途、依据、保存期限和敏感程度；字典以外的一律不收。
"""

FORBIDDEN = """## 不收的列

表头里有下面这些字的列，导入时按名字拒收并说明，其余各列照常；中间加空格、符号，写成全角、繁体、同音字，也认得出。整份文件、
整张表就是这样一份名单的，整份、整张不收。列名看不出、格子里却都是这些内容的，那一列也不收。存下来的文件里这些格子是空的。
"""


def _written(field: Field) -> str:
    """The values of a coded field, each with the words it is written with."""
    values = "；".join(
        words[0] + (f"（也写作：{'、'.join(words[1:])}）" if words[1:] else "") for words in field.choices.values()
    )
    return f"- {field.label}：{values}"


def _beside(field: Field) -> str:
    """The second column that a field is read with."""
    beside = field.beside
    assert beside is not None
    words = "；".join(f"{w[0]}（也写作：{'、'.join(w[1:])}）" for w in beside.choices.values())
    return (
        f"- {beside.label}（{'、'.join(beside.synonyms)}；代码按 {beside.codes}）和{field.label}一起读、一起存：{words}"
    )


def _row(field: Field) -> str:
    cells = (
        field.label,
        f"`{field.name}`",
        COLUMN[field.column] + (f"（{field.unit}）" if field.unit else ""),
        "、".join(field.synonyms[:6]),
        SENSITIVITY[field.sensitivity],
        "只用来定位" if field.locates else AUTHORITY[field.authority],
        "比对" if field.compared else "",
        "有" if field.on_phone else "",
        f"{field.fresh_days} 天" if field.fresh_days else "不定期",
        AGREES[field.agrees] if field.agrees else "",
        field.purpose,
        field.basis,
        field.retention,
    )
    return "| " + " | ".join(cells) + " |"


def render() -> str:
    """The whole document as Markdown."""
    parts = [HEAD]
    for kind, name in fields.KINDS.items():
        parts.append(
            f"## {name} `{kind}`\n\n"
            "| 项 | 名称 | 类型 | 表头常见写法 | 敏感程度 | 以谁为准 | 台账比对 | 手机上 | 应再核 | 抽查再问 | 用途 | 依据 | 保存 |"
        )
        parts.append("|" + "---|" * 13)
        parts.extend(_row(field) for field in fields.fields(kind))
        parts.append("")
        parts.extend(_written(field) for field in fields.fields(kind) if field.choices)
        parts.extend(_beside(field) for field in fields.fields(kind) if field.beside)
        parts.append("")
    parts.append(FORBIDDEN)
    parts.extend(f"- {reason}（表头里有：{words}）" for words, reason in refusals.listed())
    return "\n".join(parts) + "\n"
