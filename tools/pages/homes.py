"""The two data directories that are looked at: one that has just begun, and the small demo."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser

from tests.harness import first_week as steps
from tests.harness.desk import Desk
from tools.screens.commits import of_home, serving

LINE, COMMUNITY = ("天津市", "河北区", "光复道街道"), "120105001023"
PEOPLE = (
    ("程望舒", "lead", "书记", "社区书记", "君临天下"),
    ("程兰因", "clerk", "数据员", "社区工作者（数据员）", "君临天下"),
    ("沈若溪", "worker", "网格员", "网格员", "君临天下 第一网格"),
    ("孟昭宁", "leading", "组长", "领导小组", "光复道街道"),
    ("韩书言", "inspector", "核查员", "核查员", "光复道街道"),
)
"""Name, sign-in name, post, role, area: one of each role that a street gives."""
GIVEN = {"管理员": "admin", "街道网格中心": "wangge"}
"""The accounts ``gridwalk init`` makes."""


def clear(out: Path, home: Path | None) -> None:
    """Make ``out`` anew. Raises SystemExit where ``home`` lies in it, or where anything but an earlier look does."""
    if home and home.resolve().is_relative_to(out.resolve()):
        raise SystemExit(f"{home} lies in {out}, which is made anew: choose an OUT outside of it")
    if out.exists():
        if any(out.iterdir()) and not any(out.glob("*/faults.txt")):
            raise SystemExit(f"{out} is not empty, and holds no faults.txt of an earlier look: choose another OUT")
        shutil.rmtree(out)
    out.mkdir(parents=True)


def accounts(home: Path) -> dict[str, str]:
    """Role → sign-in name, of the demo; of a street that has just begun where there is no demo."""
    note = home / "demo.json"
    if not note.exists():
        return GIVEN | {role: login for _, login, _, role, _ in PEOPLE}
    members: Sequence[Mapping[str, str]] = json.loads(note.read_text(encoding="utf-8"))["members"]
    return {member["role"]: member["username"] for member in members}


def make_demo(home: Path) -> None:
    """The small demo."""
    _gridwalk(home, "demo", "--size", "small", "--no-serve")


def make_fresh(home: Path, opened: Browser) -> None:
    """``gridwalk init``, a street of one community, and somebody in every post; nothing else was done."""
    slip = _gridwalk(home, "init", "--generate")
    slips = dict(re.findall(r"登录名：(\S+)\n密码：(\S+)", slip))
    with serving(of_home(home), home.parent / "first.log") as base:
        keeper, centre = Desk(opened, base), Desk(opened, base)
        keeper.enter(GIVEN["管理员"], slips[GIVEN["管理员"]])
        centre.enter(GIVEN["街道网格中心"], slips[GIVEN["街道网格中心"]])
        steps.pick_street(keeper, LINE, {COMMUNITY: "3"})
        keeper.reads("建好了 1 个社区、3 个网格")
        keeper.home()
        keeper.press("导入名单")
        rows = ["\t".join(row) for row in PEOPLE]
        keeper.hand.fill(keeper.page.locator("[name=list]"), "\n".join(rows))
        keeper.press("保存账号，提交岗位")
        keeper.reads(f"{len(PEOPLE)} 个人的登录条")
        slips |= steps.slips(keeper)
        steps.confirm_posts(centre)
        centre.reads("个岗位已确认")
        for _, login, *_ in PEOPLE:
            Desk(opened, base).take_own_password(login, slips[login])


def _gridwalk(home: Path, *words: str) -> str:
    command = [sys.executable, "-m", "gridwalk.cli", *words]
    environment = os.environ | {"GRIDWALK_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout
