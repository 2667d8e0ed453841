"""The house in figures: what tools/house.py counts, on lines counted by hand, and that it reads this checkout."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "house.py"
LAYERS = [["phone", "console"], ["sync"], ["core"]]


@pytest.mark.slow
def test_it_prints_the_table_of_this_checkout() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert {"src", "tests of rooms", "elsewhere"} == set(figures["fmt: skip"])
    assert figures["rooms"] == {"arrows up": [], "circles": []}, "as the import contract has it"
    assert figures["functions"]["in all"] > 1000
    assert {".py in src", ".html in src", ".css in web", ".vue in web", ".ts in web"} <= set(
        figures["characters a line"]
    )


def test_lines_skips_and_the_biggest_room_are_counted(house: Any) -> None:
    skip = "# fmt: " + "skip"
    tree = [
        house.File(Path("src/gridwalk/core/a.py"), f"ab\n\n{'x' * 121}\n1  {skip}\n"),
        house.File(Path("src/gridwalk/core/tests/test_a.py"), f"1  {skip}\n" * 2),
        house.File(Path("src/gridwalk/sync/a.py"), "1\n2\n"),
        house.File(Path("tests/test_b.py"), f"1  {skip}\n"),
    ]
    widths = house.widths(tree)
    assert widths[".py in src"] == f"mean {(2 + 121 + 14 + 1 + 1) / 5:.1f}, longest 121, wide 1"
    assert widths[".py in tests"] == "mean 14.0, longest 14, wide 0"
    assert house.skips(tree) == {"src": 1, "tests of rooms": 2, "elsewhere": 1}
    assert house.biggest(tree) == "75.0 core"  # 6 of 8 lines
    assert house.biggest([file for file in tree if file.place == "src"]) == "66.7 core"  # 4 of 6


def test_filler_names_constructions_and_names_borne_twice_are_counted(house: Any) -> None:
    text = "found = rows = 1\nfor one in rows:\n    x = Row(1, 2, 3, 4, 5, 6)\n    y = Row(1, 2, 3, 4, 5, z=6)\n"
    text += "def f(made, b, c, d): return g(1, 2, 3, 4, 5, 6)\nclass Row: pass\n"
    here, there = (house.File(Path(f"src/gridwalk/{room}/a.py"), text) for room in ("core", "sync"))
    assert house.fillers([here]) == {"assigned": 40.0, "arguments": 25.0}  # found, one of found rows one x y; made of 4
    assert house.constructions([here]) == 1
    assert (house.classes([here, here]), house.classes([here, there])) == ([], ["Row ×2"])


def test_arrows_up_and_sideways_and_circles_are_seen(house: Any) -> None:
    def files(**imports: str) -> list[Any]:
        return [house.File(Path(f"src/gridwalk/{room}/a.py"), text) for room, text in imports.items()]

    good = files(phone="from gridwalk.sync import rules\n", sync="def f():\n    import gridwalk.core.clock\n")
    assert house.arrows(good, LAYERS) == {"arrows up": [], "circles": []}
    bad = files(core="from gridwalk import phone\n", phone="from gridwalk.console.pages import page\n")
    assert house.arrows(bad, LAYERS)["arrows up"] == ["phone → console", "core → phone"]
    assert house.arrows([*good, *bad], LAYERS)["circles"] == [["core", "phone", "sync"]]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("return 1", 1),
        ("if a: return 1\n elif b: return 2\n else: return 3", 3),
        ("return [x for x in y if x and z] or (1 if a else 2)", 6),
        ("try: f()\n except OSError: g()\n while a: pass", 3),
        ("match a:\n  case 1: pass\n  case _: pass", 3),
    ],
)
def test_the_ways_through_a_function_are_counted(house: Any, body: str, number: int) -> None:
    assert house.cyclomatic(ast.parse(f"def f():\n {body}\n").body[0]) == number
