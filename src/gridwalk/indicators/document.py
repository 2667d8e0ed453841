"""docs/indicators.md, rendered from the definitions; a test holds the file to it."""

from __future__ import annotations

from gridwalk.indicators.definitions import INDICATORS, MEASURED_APART

HEAD = """# 指标一览

本文由 `gridwalk.indicators.definitions` 生成，不手改。数字和未完成清单出自同一个条件。

| 代码 | 名称 | 比率 | 条款 | 单位 | 算法 |
|---|---|---|---|---|---|
"""


def render() -> str:
    """The whole document as Markdown."""
    rows = [
        f"| `{i.code}` | {i.label} | {i.rate or '—'} | {i.clause} | {i.unit} | {i.explanation} |"
        for i in INDICATORS.values()
    ]
    rows += [
        f"| `{a.code}` | {a.label} | {a.rate} | {a.clause} | {a.unit} | {a.how} |" for a in MEASURED_APART.values()
    ]
    return HEAD + "\n".join(rows) + "\n"
