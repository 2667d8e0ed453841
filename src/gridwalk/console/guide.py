"""The user's guide (docs/guide) as pages of the console itself: nothing is fetched from outside.

A heading, and a bold word that begins a line or an item of a list, is an anchor; ``WHERE`` says which of them a page's
question mark opens.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gridwalk.core.queries import NotHere

HERE = Path(__file__).parent
SHIPPED, SOURCE = HERE / "guide", HERE.parents[2] / "docs" / "guide"
"""Where the guides lie in an installation, and where in the source."""
INDEX = "README"


@dataclasses.dataclass(frozen=True)
class Guide:
    """One guide: its title, its text as HTML, the anchors that stand in it."""

    name: str
    title: str
    html: SafeString
    anchors: frozenset[str]


def names() -> list[str]:
    """The guides there are."""
    return sorted(path.stem for path in _folder().glob("*.md"))


def guide(name: str) -> Guide:
    """A guide by its name. Raises NotHere."""
    if name not in names():
        raise NotHere
    return _read(name)


def url_of(view_name: str) -> str:
    """The address of the guide's section for a page."""
    name, anchor = WHERE.get(view_name, (INDEX, ""))
    return reverse("console:help_page", args=[name]) + (f"#{quote(slug(anchor))}" if anchor else "")


def slug(words: str) -> str:
    """An anchor as links in the guides write it: without punctuation, spaces as hyphens."""
    return re.sub(r"[^\w-]", "", words.strip().lower().replace(" ", "-"))


def _folder() -> Path:
    return SHIPPED if SHIPPED.is_dir() else SOURCE


@functools.cache
def _read(name: str) -> Guide:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((_folder() / f"{name}.md").read_text(encoding="utf-8"))
    title = next(tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open")
    anchors: set[str] = set()
    for at, token in enumerate(tokens):
        if token.type == "inline":
            token.children = list(_inward(token.children or []))
            anchor = slug(_anchor(tokens[at - 1], token))
            if anchor and anchor not in anchors:
                anchors.add(anchor)
                is_written = not tokens[at - 1].hidden  # of a tight list the items are written, their paragraphs not
                tokens[at - 1 if is_written else at - 2].attrSet("id", anchor)
    # The program's own text, and HTML in it is written as text: what comes out may stand in a page as it is.
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Guide(name, title, SafeString(html), frozenset(anchors))  # nosec B703 # nosemgrep: html-not-escaped


def _anchor(opening: Token, inline: Token) -> str:
    """What a block may be found by: a heading's text, or the bold word a paragraph begins with."""
    if opening.type == "heading_open":
        return inline.content
    children = [child for child in inline.children or [] if child.type != "text" or child.content]
    is_bold = opening.type == "paragraph_open" and len(children) > 1 and children[0].type == "strong_open"
    return children[1].content if is_bold else ""


def _inward(children: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a line without what leads out of the guide: pictures go, other links keep their words."""
    kept = [True]
    for child in children:
        if child.type == "image":
            continue
        if child.type == "link_open":
            address = _address(str(child.attrGet("href") or ""))
            kept.append(bool(address))
            if address:
                child.attrSet("href", address)
        if (child.type not in {"link_open", "link_close"}) or kept[-1]:
            yield child
        if child.type == "link_close":
            kept.pop()


def _address(href: str) -> str:
    """Where a link of a guide leads inside the console; empty for what is not shipped."""
    match = re.fullmatch(r"(?:([^/#]+)\.md)?(?:#(.+))?", unquote(href))
    if match is None or (match[1] and match[1] not in names()):
        return ""
    page = reverse("console:help_page", args=[match[1]]) if match[1] else ""
    return page + (f"#{quote(match[2])}" if match[2] else "")


SECTIONS: dict[tuple[str, str], str] = {
    (INDEX, ""): "help help_page",
    ("社区书记", "总览"): "home board definitions",
    ("街道网格中心", "大屏"): "wall",
    ("第一周", "第一周"): "setting_up",
    ("社区书记", "未走访清单"): "gaps",
    ("网格员", "一天怎么走"): "buildings building building_door walk_sheet paper paper_stairwell",
    (
        "社区书记",
        "一张表：列名单、添加条件、存视图",
    ): "register list list_total list_totals list_view search search_id_tail",
    ("社区书记", "数据排查：一件一件核"): "bench bench_case bench_decided",
    ("社区书记", "线上核查：答复和登记对不上的"): "online",
    ("网格员", "电脑上，在一户的页上"): "dwelling person organization site correct",
    ("街道网格中心", "查阅记录"): "person_access",
    ("管理员", "操作记录 → 保存期限"): "erase_person retention",
    ("网格员", "电脑上，设施和重点场所的巡检"): "facilities facility add_facility rounds",
    ("社区书记", "注销登记与恢复"): "propose_end",
    ("社区书记", "待复核"): "rechecks",
    ("社区书记", "一个人两条记录：合并；一条里两个人：分开"): "merge_find merge split_person upkeep_plan",
    ("社区书记", "整户搬迁"): "move_find move",
    ("社区书记", "楼房重编号"): "renumber",
    ("社区书记", "关爱帮扶"): "care care_contact care_new care_label care_need",
    ("社区书记", "动态更新：来一件记一件"): "daily daily_form daily_event",
    ("社区书记", "到期核实"): "overdue",
    ("社区书记", "差异核对：一条一条定"): "differences differences_list difference",
    ("社区书记", "差异核对：批量处理"): "rules batch batch_progress",
    ("街道网格中心", "走访任务 → 新建行动"): ("campaign campaign_new campaign_change campaign_wave campaign_close"),
    ("街道网格中心", "总览"): "workdays",
    ("社区书记", "代班"): "substitutes",
    ("导入台账", "导入台账"): "imports import import_progress import_template",
    ("导入台账", "导错了"): "import_undo",
    ("社区书记", "划入网格"): "unassigned",
    ("对账", "一、传上来"): "comparisons comparison_progress",
    ("对账", "三、看结果"): "comparison consistency",
    ("对账", "小区名称"): "estates",
    ("对账", "五、改回去，再比一次"): "backfill backfill_today",
    ("社区书记", "给网格员配手机"): "devices returned",
    (
        "社区书记",
        "事项：谁来办、几号前、办没办好",
    ): "matters matter matter_new matters_overdue matter_file matter_photo matter_entry_photo",
    ("社区书记", "打印一户一档、一人一档"): "dossier grants",
    ("街道网格中心", "抽查"): "samples sample sample_new",
    ("核查员", "核查员"): "sampled_doors sampled_door stairwell",
    ("街道网格中心", "报表"): "reports",
    ("街道网格中心", "座谈会"): "meetings meeting meeting_screen",
    ("街道网格中心", "操作记录"): "audit",
    ("网格员", "谁看得到我做了什么"): "mine",
    ("街道网格中心", "调查"): "investigations investigation investigation_entries",
    ("街道网格中心", "岗位确认"): "roles",
    ("街道网格中心", "通知"): "notices",
    ("街道网格中心", "拆并网格"): "grid_plans grid_plan_new",
    ("管理员", "账号"): "accounts own_sessions",
    ("管理员", "账号 → 新增账号"): "account_new",
    ("管理员", "账号 → 批量新增账号"): "account_list",
    ("管理员", "添加岗位"): "account",
    ("管理员", "停用岗位"): "end_assignment",
    ("管理员", "停用账号"): "account_deactivate",
    ("管理员", "区划网格"): "areas areas_pick",
    ("管理员", "关于"): "about",
}
"""(guide, anchor) → the pages whose question mark opens it, without ``console:``."""

WHERE = {f"console:{page}": where for where, pages in SECTIONS.items() for page in pages.split()}
