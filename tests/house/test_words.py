"""Words that were given up stand on no screen, paper or phone; what is said instead, and where they may stay."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gridwalk"
WEB = (ROOT / "web" / "phone", ROOT / "web" / "console")

LEDGERS = ("ledger/", "method/", "simulate/", "dictionary/")
"""What offices write in their own files is read, and made for the demonstration, as they write it."""

GIVEN_UP: dict[str, tuple[str, tuple[str, ...]]] = {
    "口令": ("密码", ("dictionary/",)),
    "认证器": ("验证器、动态码", ()),
    "查重核疑": ("数据排查", ()),
    "缺口": ("未走访、未完成", ()),
    "已说明": ("已登记原因", ()),
    "挡路": ("今日待办", ()),
    "关怀": ("关爱；重点关爱人员", LEDGERS),
    "送复核": ("提交复核", ()),
    "存下(?!来)": ("保存", LEDGERS),
    "存好了": ("已保存", ("cli/",)),
    "记下了": ("已登记", ()),
    "现值": ("系统登记", ()),
    "采纳": ("采用", ()),
    "写一句话|一句话也没说到": ("批量处理", ()),
    "搬来": ("入住、迁来", LEDGERS),
    "搬走": ("搬离", LEDGERS),
    "换房主": ("产权变更", LEDGERS),
    "关停": ("停业", LEDGERS),
    "现住(?![址地房])": ("现居住", LEDGERS),
    "毛病": ("故障", LEDGERS),
    "带病": ("带故障使用", LEDGERS),
    "怎么知道的": ("信息来源", ()),
    "凭什么知道": ("依据材料", ()),
    "上门报来": ("走访上报", ()),
    "才算数": ("后生效", ()),
    "写作责任人": ("设为责任人", ()),
    "改一处": ("更正登记", ()),
    "开张": ("启用准备", ()),
    "谁看过": ("查阅记录", ()),
    "我做的": ("我的操作记录", ()),
    "建一次行动": ("新建行动", ()),
    "(?<!返)回(?:总览|清单|人员页)": ("返回……", ()),
    "不(?:改|记|分|合并|添|搬|停|撤)了[<\"'`]": ("取消", ()),
    "(?:不办|不改|不撤)，回": ("取消", ()),
    "该(?:重新核实|巡检)的": ("到期核实、到期巡检", ()),
}
"""A word, as a pattern → what is said instead, and under which paths of the package it may stay."""

ALONE = re.compile(r"<button[^>]*>\s*(?:保存|确定|提交)\s*</button>")


def _screens() -> Iterator[tuple[str, str]]:
    """(where, text) of what people read: templates, strings of the program, the phone."""
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE).as_posix()
        if "/tests/" in name or "/migrations/" in name:
            continue
        if path.suffix in {".html", ".txt"}:
            yield name, re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"))
        if path.suffix == ".py":
            yield name, "\n".join(_strings(ast.parse(path.read_text("utf-8"))))
    for top in WEB:
        for path in sorted(top.rglob("*")):
            if path.suffix in {".vue", ".ts", ".json"} and "tests" not in path.parts and path.name != "vectors.json":
                text = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
                yield path.relative_to(ROOT).as_posix(), text


def _strings(tree: ast.Module) -> Iterator[str]:
    """The strings of a module that are no documentation."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.fixture(scope="module")
def screens() -> list[tuple[str, str]]:
    return list(_screens())


@pytest.mark.parametrize("word", GIVEN_UP)
def test_a_word_that_was_given_up_stands_on_no_screen(word: str, screens: list[tuple[str, str]]) -> None:
    instead, stays = GIVEN_UP[word]
    pattern = re.compile(word)
    where = [name for name, text in screens if not name.startswith(stays or ("//",)) and pattern.search(text)]
    assert where == [], f"{word}: {instead}"


def test_a_button_says_what_it_saves(screens: list[tuple[str, str]]) -> None:
    assert [name for name, text in screens if ALONE.search(text)] == []


def test_the_word_of_the_plan_stands_only_where_the_plan_is_cited() -> None:
    """A national rule of January 2026 forbids moving 督查检查 of people online: data are checked, 数据核查."""
    cited = {"docs/domain.md", "docs/trials/2026-11-words.md"}
    tops = (
        ROOT / "docs",
        SOURCE,
        ROOT / "web" / "phone",
        ROOT / "web" / "console",
        ROOT / "tests",
        ROOT / "benchmarks",
    )
    texts = {".md", ".py", ".html", ".txt", ".vue", ".ts", ".json", ".toml"}
    where = {
        path.relative_to(ROOT).as_posix()
        for top in tops
        for path in top.rglob("*")
        if path.suffix in texts and "/migrations/" not in path.as_posix() and path != Path(__file__)
        if "督查" in path.read_text("utf-8")
    }
    assert where == cited
