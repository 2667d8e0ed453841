"""How somebody is related to the head of household: the two digits of GB/T 4761-2008, and the words offices use.

A relation is kept as far as it was said: 岳父 is 55, 父母 is 50. The standard has no code for some words that leave the
sex, or the side, open (子女, 公婆): they are kept as the codes between which they leave the choice (20/30).
Codes of the edition of 1984 that this one dropped are read as well (03, 98); so is 01 本人, who is the head here.
"""

from __future__ import annotations

from gridwalk.dictionary.types import Choices

HEAD = "02"
SPOUSE, SON, DAUGHTER, CHILD, GRANDCHILD = "10", "20", "30", "20/30", "40"
SON_IN_LAW, DAUGHTER_IN_LAW = "28", "38"
RELATIVE, UNRELATED = "97", "99"
_WORDS = {
    HEAD: "户主 本人 房主 户主本人 小集体户户主 01 03",
    SPOUSE: "配偶 爱人 老伴 夫妻 夫/妻 妻/夫",
    "11": "夫 丈夫 之夫 老公",
    "12": "妻 妻子 之妻 老婆",
    CHILD: "子女 子/女 儿女 孩子 养子女 继子女",
    SON: "子 儿子 之子 儿 小儿子",
    "21": "独生子",
    "22": "长子 大儿子",
    "23": "次子 二子 二儿子",
    "24": "三子 三儿子",
    "25": "四子 四儿子",
    "26": "五子 五儿子",
    "27": "养子或继子 养子 继子",
    SON_IN_LAW: "女婿 婿 之婿",
    "29": "其他儿子 六子",
    DAUGHTER: "女 女儿 之女 闺女 小女儿",
    "31": "独生女",
    "32": "长女 大女儿",
    "33": "次女 二女 二女儿",
    "34": "三女 三女儿",
    "35": "四女 四女儿",
    "36": "五女 五女儿",
    "37": "养女或继女 养女 继女",
    DAUGHTER_IN_LAW: "儿媳 媳妇 儿媳妇 媳 之媳",
    "39": "其他女儿 六女",
    "28/38": "儿媳女婿 儿媳/女婿",
    GRANDCHILD: "孙辈 孙子、孙女或外孙子、外孙女 孙子女 外孙子女",
    "41": "孙子 孙 之孙",
    "42": "孙女",
    "43": "外孙子 外孙",
    "44": "外孙女",
    "45": "孙媳妇或外孙媳妇 孙媳妇 孙媳 外孙媳妇",
    "46": "孙女婿或外孙女婿 孙女婿 孙婿 外孙女婿",
    "47": "曾孙子或外曾孙子 曾孙子 曾孙 重孙 重孙子 外曾孙子 外曾孙",
    "48": "曾孙女或外曾孙女 曾孙女 重孙女 外曾孙女",
    "49": "其他孙子、孙女或外孙子、外孙女 其他孙辈",
    "50": "父母 父/母",
    "51": "父亲 父 之父 爸爸",
    "52": "母亲 母 之母 妈妈",
    "53/56": "公婆岳父母",
    "53/54": "公婆 公公/婆婆",
    "53": "公公",
    "54": "婆婆",
    "55/56": "岳父母 岳父/岳母",
    "55": "岳父 丈人",
    "56": "岳母 丈母娘",
    "57": "继父或养父 继父 养父",
    "58": "继母或养母 继母 养母",
    "59": "其他父母关系",
    "60": "祖辈 祖父母或外祖父母 祖父母 外祖父母",
    "61": "祖父 爷爷",
    "62": "祖母 奶奶",
    "63": "外祖父 姥爷 外公",
    "64": "外祖母 姥姥 外婆",
    "65": "配偶的祖父母或外祖父母",
    "66": "曾祖父 太爷爷",
    "67": "曾祖母 太奶奶",
    "68": "配偶的曾祖父母或外曾祖父母",
    "69": "其他祖父母或外祖父母关系 外曾祖父 外曾祖母",
    "70": "兄弟姐妹 兄弟 姐妹",
    "71": "兄 哥哥 哥 之兄",
    "72": "嫂 嫂子",
    "73": "弟 弟弟 之弟",
    "74": "弟媳 弟妹 弟媳妇",
    "75": "姐姐 姐 之姐",
    "76": "姐夫",
    "77": "妹妹 妹 之妹",
    "78": "妹夫",
    "79": "其他兄弟姐妹",
    "80": "其他",
    "81": "伯父",
    "82": "伯母",
    "83": "叔父 叔叔",
    "84": "婶母 婶婶",
    "85": "舅父 舅舅",
    "86": "舅母 舅妈",
    "87": "姨父 姨夫",
    "88": "姨母 姨妈",
    "89": "姑父 姑夫",
    "90": "姑母 姑姑",
    "91": "堂兄弟、堂姐妹 堂兄 堂弟 堂姐 堂妹 堂兄弟 堂姐妹",
    "92": "表兄弟、表姐妹 表兄 表弟 表姐 表妹 表哥 表兄弟 表姐妹",
    "93": "侄子 侄",
    "94": "侄女",
    "95": "外甥",
    "96": "外甥女",
    RELATIVE: "其他亲属 亲属 亲戚 亲家",
    UNRELATED: "非亲属 合租 租户 保姆 朋友 员工 同事 同学 雇工 护工 寄养 98",
}
RELATION: Choices = {code: tuple(words.split()) for code, words in _WORDS.items()}
SHORT = (
    *(HEAD, SPOUSE, SON, DAUGHTER, "50", GRANDCHILD, "60", "70", SON_IN_LAW, DAUGHTER_IN_LAW, "53/56"),
    *(RELATIVE, UNRELATED),
)
"""What somebody chooses from where the list has to be short; what is kept more exactly stays so."""


def _codes(first: int, last: int, *without: int) -> list[str]:
    return [str(n) for n in range(first, last + 1) if n not in without]


_SONS, _DAUGHTERS = _codes(21, 29, 28), _codes(31, 39, 38)
_GROUPS = {
    "head": [HEAD],
    "spouse": [SPOUSE, "11", "12"],
    "child": [CHILD, SON, *_SONS, DAUGHTER, *_DAUGHTERS],
    "parent": _codes(50, 59, 53, 54, 55, 56),
    "grandchild": _codes(40, 49),
    "grandparent": _codes(60, 69),
    "sibling": _codes(70, 79),
    "child_in_law": ["28/38", SON_IN_LAW, DAUGHTER_IN_LAW],
    "parent_in_law": ["53/56", "53/54", "55/56", *_codes(53, 56)],
    "other": [RELATIVE, *_codes(80, 96)],
    "unrelated": [UNRELATED],
}
"""Group → its codes; the first says no more than the group does."""
FORMER = {group: codes[0] for group, codes in _GROUPS.items()}
"""Until 0.5 a relation was kept as its group, and phones of that time still send it."""
GROUP = {code: group for group, codes in _GROUPS.items() for code in codes}
FINER = {codes[0]: frozenset(codes[1:]) for codes in _GROUPS.values() if len(codes) > 1} | {
    SON: frozenset(_SONS),
    DAUGHTER: frozenset(_DAUGHTERS),
    "53/54": frozenset({"53", "54"}),
    "55/56": frozenset({"55", "56"}),
    "80": frozenset(_codes(81, 97)),
}
"""Code → those that say the same, and more of it: 长子 is a 子."""


def group(code: str) -> str:
    """What a relation is, roughly (``head``, ``spouse``, ``child`` …); "" where none is recorded."""
    return GROUP.get(code, "")


def child(sex: str) -> str:
    """The code of a child of that sex."""
    return {"male": SON, "female": DAUGHTER}.get(sex, CHILD)


def child_in_law(sex: str) -> str:
    """The code of a child's spouse of that sex."""
    return {"male": SON_IN_LAW, "female": DAUGHTER_IN_LAW}.get(sex, "28/38")
