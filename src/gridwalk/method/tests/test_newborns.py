"""Names that are none yet."""

from __future__ import annotations

import pytest

from gridwalk.method import newborns


@pytest.mark.parametrize(
    "name",
    [
        "新生儿",
        "男婴",
        "女新生儿",
        "某某之子",
        "胡芳之女",
        "无名",
        "无名氏",
        "未取名",
        "待取名",
        "未命名",
        "宝宝",
        "没名字",
    ],
)
def test_a_child_without_a_name_is_told_from_what_is_written_in_its_place(name: str) -> None:
    assert newborns.is_unnamed(name)


@pytest.mark.parametrize("name", ["吴小宝", "婴宁", "吴明", "子之", "魏无名", "宝玉", "待考", "陈未名山"])
def test_a_name_is_a_name(name: str) -> None:
    assert not newborns.is_unnamed(name)
