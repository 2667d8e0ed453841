"""Names: one spelling, keys by sound, order by pinyin, organizations without their legal form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.method import names


@pytest.mark.parametrize(
    ("raw", "value", "note"),
    [
        ("王 伟", "王伟", ""),
        ("王　　伟", "王伟", ""),
        ("王伟（租户）", "王伟", "租户"),
        ("王伟(已故", "王伟", ""),
        ("王伟【户主】(外地)", "王伟", "户主 外地"),
        ("王伟 已故", "王伟", "已故"),
        ("王斌建 外出打工", "王斌建", "外出打工"),
        ("户主：王伟", "王伟", "户主"),
        ("王伟-租户", "王伟", "租户"),
        ("阿依古丽.买买提", "阿依古丽·买买提", ""),
        ("阿依古丽 • 买买提", "阿依古丽·买买提", ""),
        ("John Smith", "John Smith", ""),
        ("*王伟", "王伟", ""),
        ("×", "", ""),
        ("", "", ""),
    ],
)
def test_a_name_loses_its_notes_and_odd_spaces(raw: str, value: str, note: str) -> None:
    assert names.normalise(raw) == names.Name(value, note)


@given(st.text(st.sampled_from("王伟李娜 ·.（）()租户已故A"), max_size=12))
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = names.normalise(raw).value
    assert names.normalise(once).value == once


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("张伟", "章伟"),
        ("陈静", "程瑾"),
        ("石磊", "司磊"),
        ("張偉", "张伟"),
        ("王莹", "汪颖"),
        ("阿依·古丽", "阿依古丽"),
    ],
)
def test_names_that_sound_alike_share_a_key(name: str, other: str) -> None:
    assert names.key(name) == names.key(other)


def test_names_that_sound_apart_do_not() -> None:
    assert len({names.key(name) for name in ("王伟", "王微微", "黄伟", "王贵", "李伟")}) == 5


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单小明", "shan xiao ming"),
        ("解平", "xie ping"),
        ("仇英", "qiu ying"),
        ("曾子", "zeng zi"),
        ("任重", "ren zhong"),
        ("华生", "hua sheng"),
        ("查明", "zha ming"),
        ("朴玉", "piao yu"),
        ("尉迟恭", "yu chi gong"),
        ("尉明", "wei ming"),
        ("万俟雪", "mo qi xue"),
        ("吕布", "lv bu"),
        ("欧阳娜", "ou yang na"),
        ("天津市银行", "tian jin shi yin hang"),
        ("中国工商银行", "zhong guo gong shang yin hang"),
    ],
)
def test_surnames_are_read_as_surnames(name: str, pinyin: str) -> None:
    assert names.sort_key(name) == f"{pinyin}  {name}"
    assert names.initials(name) == "".join(s[0] for s in pinyin.split())


def test_the_order_is_that_of_a_dictionary() -> None:
    people = ["赵一", "王伟", "王小明", "万俟雪", "李娜", "王伟一"]
    assert sorted(people, key=names.sort_key) == ["李娜", "万俟雪", "王伟", "王伟一", "王小明", "赵一"]


def test_the_mask_leaves_the_surname() -> None:
    assert [names.mask(n) for n in ("王伟", "王小明", "欧阳娜娜", "王", "")] == ["王*", "王**", "欧阳**", "王*", ""]


@pytest.mark.parametrize(
    "name",
    [
        "红旗便利店",
        "红旗便利店（个体工商户）",
        "天津市河北区红旗便利店",
        "河北区红旗便利店",
        " 红旗 便利店 ",
        "紅旗便利店",
    ],
)
def test_spellings_of_one_organization_share_a_key(name: str) -> None:
    assert names.organization_key(name) == "红旗便利"


def test_organizations_differ_by_more_than_their_legal_form() -> None:
    same = {names.organization_key(n) for n in ("天津海河（集团）有限公司", "天津海河集团有限责任公司", "天津海河集团")}
    different = {names.organization_key(n) for n in ("天津海河商贸有限公司", "城市之星超市", "公司")}
    assert same == {"天津海河"}
    assert different == {"天津海河商贸", "城市之星超市", "公司"}


@given(st.text(max_size=20))
def test_keys_of_any_text_are_plain(raw: str) -> None:
    assert names.key(raw) == names.key(raw).strip()
    assert names.organization_key(names.organization_key(raw)) == names.organization_key(raw)
    names.sort_key(raw), names.initials(raw), names.mask(raw)
