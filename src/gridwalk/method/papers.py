"""Which paper a number stands on (证件类型): only some papers carry a citizen's number or one built like it."""

from __future__ import annotations

from gridwalk.method import text

CITIZEN, RESIDENCE, PERMANENT = "citizen", "residence", "permanent"
_WORDS = {
    CITIZEN: "居民身份证 身份证 二代证 二代身份证 第二代身份证 临时身份证 临时居民身份证 户口簿 户口本 居民户口簿 公民身份号码 身份证号 111 112 113",
    RESIDENCE: "港澳台居民居住证 港澳居民居住证 台湾居民居住证 港澳台居住证",
    PERMANENT: "外国人永久居留身份证 外国人永久居留证 永久居留身份证 永久居留证 553",
    "passport": "护照 普通护照 外国护照 外籍护照 中国护照 公务护照 外交护照 414 411 412",
    "officer": "军官证 士兵证 士官证 军人证 警官证 武警警官证 武警士兵证 文职干部证 文职人员证 离休干部证 中国人民解放军军官证 114 115 116 117 118 123",
    "to_mainland": "港澳居民来往内地通行证 港澳通行证 回乡证 港澳居民通行证 516",
    "from_taiwan": "台湾居民来往大陆通行证 台胞证 台湾通行证 台湾居民通行证 511",
    "birth": "出生医学证明 出生证明 出生证",
    "other": "其他 其他证件 其它 居住证 暂住证 驾驶证 社保卡 学生证 990",
}
"""By the words offices use and the codes of GA/T 517."""
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
NUMBERED_ALIKE = frozenset({RESIDENCE, PERMANENT})
"""Papers whose newer numbers have eighteen places, the birth date and the check digit of GB 11643."""


def kind_of(raw: object) -> str:
    """The paper a cell names; "" where it names none that is known."""
    return _KINDS.get(text.fold(raw).replace(" ", ""), "")


def label(kind: str) -> str:
    """What a paper is called."""
    return _WORDS[kind].split()[0]
