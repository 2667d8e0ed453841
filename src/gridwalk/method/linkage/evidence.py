"""What speaks for and against a pair, in the words a person reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gridwalk.method.linkage.pairs import Compared

EVIDENCE = {
    ("id", "same"): "证件号相同",
    ("id", "near"): "证件号只差一位",
    ("id", "two"): "证件号只差两位",
    ("id", "kept"): "证件号前 15 位相同",
    ("id", "seen"): "证件号看得见的几位相同",
    ("id", "unseen"): "证件号看得见的几位不同",
    ("id", "birth"): "证件号出生日期相同",
    ("name", "same"): "同名",
    ("name", "sounds"): "名字同音",
    ("name", "near"): "名字差一字",
    ("name", "seen"): "名字看得见的字相同",
    ("name", "given"): "名同姓不同",
    ("name", "within"): "名称相含",
    ("born", "same"): "同日生",
    ("born", "near"): "出生日期相近",
    ("born", "year"): "只有出生年份相同",
    ("phone", "same"): "电话相同",
    ("phone", "near"): "电话差一位",
    ("phone", "seen"): "电话看得见的几位相同",
    ("phone", "kin"): "电话是家里人的",
    ("home", "same"): "同一户",
    ("home", "household"): "家人都对上了",
    ("home", "unsaid"): "同一户，一边没写单元",
    ("home", "room"): "楼号室号相同",
    ("community", "same"): "同一社区",
    ("community", "other"): "社区不同",
    ("estate", "near"): "小区名相近",
    ("owner", "same"): "产权人相同",
    ("contact", "same"): "联系人相同",
    ("id", "both_valid"): "两个证件号都校验无误但不同",
    ("name", "other"): "名字不同",
    ("born", "other"): "出生日期不同",
    ("home", "other"): "住处不同",
    ("phone", "other"): "电话不同",
}
_NEAR, _OTHER = EVIDENCE["phone", "near"], EVIDENCE["phone", "other"]


def guarded(why: str) -> str:
    """The reasons without how near a telephone comes to the one on record, which would give that away."""
    return why.replace(_NEAR, _OTHER)


def words(compared: Mapping[str, Compared], at: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> list[str]:
    """The evidence of each chosen pair in words, for and against."""
    texts = [["" for _ in at] for _ in compared]
    for row, (name, comparison) in zip(texts, compared.items(), strict=True):
        row[:] = [EVIDENCE.get((name, code), "") for code in comparison.level[at].tolist()]
    return ["，".join(w for w in column if w) for column in zip(*texts, strict=True)]
