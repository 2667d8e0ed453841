"""Chinese names of persons and organizations: one spelling, keys that sound alike, an order by pinyin."""

from __future__ import annotations

import dataclasses
import functools
import re

from gridwalk.method import pinyin, text

_BRACKETS = re.compile(r"[(\[【<《〔「](.*?)[)\]】>》〕」]")
_OPEN_BRACKET = re.compile(r"[(\[【<《〔「].*$")
_DOTS = re.compile(r"\s*[•●∙・‧⋅.。﹒·]\s*")
_LETTER = re.compile(r"[^\W\d_]")
_HAN = r"\u3007\u3400-\u9fff\ue000-\uf8ff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_WORDS = (
    "已故|去世|死亡|亡故|已迁出|迁出|已搬走|搬走|户主|租户|租客|承租人|房主|业主|产权人|代理人|之妻|之夫|之子|之女|配偶|妻子|丈夫|"
    "儿子|女儿|外地|外来|外出|在外|务工|打工|上学|住校|当兵|服役|出国|住院|养老院|常住|暂住|空挂|挂户|人户分离|未婚|已婚|离异|丧偶|独居|本人|待核实"
)
_NOTE_AFTER = re.compile(rf"(?<=..)[\s,，、;；/\-:：]+((?:{_WORDS})\S*)$")
_NOTE_BEFORE = re.compile(rf"^({_WORDS})\s*[:：\-]\s*(?=.)")

COMPOUND_SURNAMES = {
    "欧阳": "ou yang",
    "司马": "si ma",
    "上官": "shang guan",
    "诸葛": "zhu ge",
    "皇甫": "huang fu",
    "尉迟": "yu chi",
    "公孙": "gong sun",
    "慕容": "mu rong",
    "长孙": "zhang sun",
    "宇文": "yu wen",
    "司徒": "si tu",
    "令狐": "ling hu",
    "夏侯": "xia hou",
    "东方": "dong fang",
    "南宫": "nan gong",
    "西门": "xi men",
    "端木": "duan mu",
    "独孤": "du gu",
    "万俟": "mo qi",
    "单于": "chan yu",
    "澹台": "tan tai",
    "鲜于": "xian yu",
    "呼延": "hu yan",
    "轩辕": "xuan yuan",
    "钟离": "zhong li",
    "淳于": "chun yu",
    "濮阳": "pu yang",
    "赫连": "he lian",
    "申屠": "shen tu",
    "太史": "tai shi",
    "闻人": "wen ren",
    "百里": "bai li",
    "第五": "di wu",
    "拓跋": "tuo ba",
    "亓官": "qi guan",
    "闾丘": "lv qiu",
}
# Surnames whose reading is not the character's usual one.
SURNAMES = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "任": "ren",
    "华": "hua",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "区": "ou",
    "尉": "wei",
    "宓": "mi",
    "乐": "yue",
    "员": "yun",
    "逄": "pang",
    "缪": "miao",
    "翟": "zhai",
    "冼": "xian",
    "覃": "qin",
    "黑": "he",
    "种": "chong",
    "折": "she",
    "召": "shao",
    "洗": "xian",
    "么": "yao",
    "繁": "po",
    "秘": "bi",
    "阚": "kan",
    "眭": "sui",
    "郇": "huan",
    "隗": "wei",
    "佴": "nai",
    "訾": "zi",
    "禚": "zhuo",
    "逯": "lu",
    "厍": "she",
    "褚": "chu",
    "晁": "chao",
    "车": "che",
    "藏": "zang",
    "过": "guo",
    "那": "na",
    "句": "gou",
    "郗": "xi",
    "牟": "mu",
    "石": "shi",
    "沈": "shen",
    "葛": "ge",
    "哈": "ha",
    "纪": "ji",
    "宁": "ning",
    "曲": "qu",
    "柏": "bai",
    "费": "fei",
    "应": "ying",
}

_COMMON = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付"
    "方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂焦左"
    "柳邢岳齐梅庄辛管祝霍涂谷时耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边滕"
    "廉岑晏娄褚宫米池仇刁巩边尚胥党褟冷苟敖晁练麦占褚闻商戚宗虞巫桑蒲卓蓝阙荆邬危敬邸粟郗亓郎班应郁麻窦井栾丛仝佟乐佘"
)
_HAN_NAME = re.compile(rf"[{_HAN}]{{2,4}}(?:\([^()]{{1,6}}\))?")
_NO_NAME_ENDS = re.compile(r"[里园苑府城庭院区村街道路巷号楼栋幢座厦店厅馆站所局司校会部队组室门层间桥]$")


def looks_like_a_person(cell: str) -> bool:
    """Whether two to four characters begin like a surname and do not end like a place; a guess, for whole columns."""
    word = _BETWEEN_HAN.sub("", cell)
    return bool(
        _HAN_NAME.fullmatch(word)
        and (word[0] in _COMMON or word[:2] in COMPOUND_SURNAMES)
        and not _NO_NAME_ENDS.search(word)
    )


_MASKED = re.compile(rf"[{_HAN}]?[*×✕〇○●◯]{{2,}}[{_HAN}]?|[{_HAN}]{{1,2}}[*×✕〇○●◯xX]{{1,3}}[{_HAN}]?|[{_HAN}]?某+")
_STARRED = re.compile(rf"[*]?[{_HAN}]{{2,}}[*]?")
_UNREADABLE = re.compile(r"[?■□▢〓\ufffd¿]")
_COMPONENTS = re.compile(
    rf"[(\[【][{_HAN}]{{2,3}}[)\]】](?=[{_HAN}])|^[{_HAN}][(\[【]|[(\[【][^)\]】]*[+＋][^)\]】]*[)\]】]"
    rf"|[(\[【](?:左|上|外)[{_HAN}](?:右|下|内|里)[{_HAN}][)\]】]"
)
_HOUSEHOLD = re.compile(
    rf"(?<=[{_HAN}]{{2}})(?:(?:一家|全家)(?:\d|[{text.CHINESE_DIGITS}])?[口人]?|"
    rf"等(?:\d+|[{text.CHINESE_DIGITS}]+)?[人口名]?|夫妇|夫妻|两口子?|"
    r"父子|父女|母子|母女|兄弟|姐妹|及家[人属]|家属)$"
)
_LISTED = re.compile(rf"(?<=[{_HAN}])\s*(?:[、,;/&+|]|和|与|及)\s*(?=[{_HAN}])")
_NUMBERED = re.compile(rf"(?:\d{{1,3}}[.、)\s]*)?([{_HAN}]{{2,4}})\s?\d{{0,2}}")
_TITLES = "先生|女士|小姐|太太|大爷|大妈|大娘|大叔|大姐|大哥|阿姨|叔叔|奶奶|爷爷|老师|师傅|同志|医生|经理|老板|主任"
PERHAPS_SEVERAL = f"[某等和与及家夫妇口父母兄弟姐妹]|(?:{_TITLES})$"
"""What a plain name of two to four characters has to hold to be looked at by ``fault`` and ``is_addressed``."""


_CUT = re.compile(r"[*＊×]+[\u3400-\u9fff]{1,2}|[\u3400-\u9fff](?:…+|\.{2,}|_+)")
"""A name of which only the end is seen, or only the surname: *三, 张…"""
_ADDRESSED = re.compile(f"([\u3400-\u9fff]{{1,2}})(?:{_TITLES})")
_WITH_OTHERS = re.compile(
    "([\u3400-\u9fff]{2,4})(?:及|携|带|暨|同|和|与)(?:其?(?:妻|夫|子|女|母|父|儿|孙)|家人|家属|全家)[\u3400-\u9fff]*"
)


def is_addressed(folded: str) -> bool:
    """Whether a cell calls somebody by the surname and says no name: 张先生, 王大爷."""
    match = _ADDRESSED.fullmatch(folded.replace(" ", ""))
    return match is not None and (match[1] in _COMMON or match[1] in COMPOUND_SURNAMES)


def fault(folded: str) -> str:
    """Why a cell names no person: ``masked``, ``unreadable``, ``components``, ``several``; "" where nothing is odd."""
    word = folded.replace(" ", "")
    if _CUT.fullmatch(word):
        return "masked"
    if _MASKED.fullmatch(word) and ("某" in word or not _STARRED.fullmatch(word)):
        return "masked"
    if _UNREADABLE.search(folded):
        return "unreadable"
    if _COMPONENTS.search(folded):
        return "components"
    with_others = _WITH_OTHERS.fullmatch(word)
    return "several" if _are_several(folded) or (with_others and looks_like_a_person(with_others[1])) else ""


MASKS = "[*＊×✕〇○●◯某xX?？■□▢〓\ufffd¿]"
"""What stands for a character that is masked or cannot be read, as written."""
_HIDDEN = re.compile("[×✕〇○●◯某xX?■□▢〓\ufffd¿]")


def seen(raw: str) -> str:
    """A masked or unreadable name as far as it can be seen, a star for every character that cannot (张某某: 张**,
    靳媛？: 靳媛*); "" for others.
    """
    word = text.fold(raw).replace(" ", "")
    return text.simplified(_HIDDEN.sub("*", word)) if fault(word) in {"masked", "unreadable"} else ""


def _are_several(folded: str) -> bool:
    return bool(_HOUSEHOLD.search(_BRACKETS.sub("", folded).strip()) or listed(folded))


def listed(folded: str) -> list[str]:
    """The names a cell lists, where it lists several: 鲁大海、鲁小海."""
    bare = _BRACKETS.sub("", folded).strip()
    for pattern in (_LISTED, _BETWEEN_HAN):
        pieces = [piece.strip() for piece in pattern.split(bare)]
        if len(pieces) > 1 and all(map(looks_like_a_person, pieces)):
            return [] if pieces[0] in COMPOUND_SURNAMES else pieces
    return []


def without_number(value: str) -> str:
    """A name without the number before or behind it: a footnote, or what tells namesakes apart (王伟2)."""
    match = _NUMBERED.fullmatch(value)
    return match[1] if match else value


_LEGAL = re.compile(
    r"(?:股份有限责任公司|股份有限公司|有限责任公司|股份公司|有限公司|集团公司|总公司|分公司|公司|集团|个体工商户|个人独资企业|个人独资|"
    r"普通合伙企业|有限合伙企业|合伙企业|普通合伙|有限合伙|特殊普通合伙|专业合作社|工作室|经营部|商行|总店|分店|门店|店)$"
)
_PIECES = re.compile(r"[A-Za-z0-9]+|[^\W_]")
_PHRASES = re.compile(r"[A-Za-z0-9]+|[^\W_A-Za-z0-9]+")
_LONGEST_OF_A_PERSON = 4
_ORGANIZATION_NOISE = re.compile(r"[^\w]|_")
_AREA = re.compile(r"^[\u4e00-\u9fff]{2,3}(?<![城都超菜夜门])市(?!场)|^[\u4e00-\u9fff]{2}(?<![小社园校开])区(?!域)")


_BRANCH_NUMBER = re.compile(
    rf"^(.{{2,}}?)第?(\d+|[{text.CHINESE_DIGITS}]+)号?(?:分公司|分店|分部|门店|店|营业部|门市部?)$"
)
_BRANCH = re.compile(
    r"(?:公司|集团|总店|银行|中心|社|厂|院)(.{1,12}?)(?:分公司|分店|分部|支行|分行|营业部|办事处|门店)$"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """``value``: the name; ``note``: what stood beside it in brackets or after a dash (已故, 租户, 户主 …)."""

    value: str
    note: str = ""


@functools.lru_cache(maxsize=65536)
def normalise(raw: str) -> Name:
    """A person's name with notes split off, spaces between characters removed (王 伟), middle dots unified."""
    folded = text.fold(raw)
    notes = _BRACKETS.findall(folded)
    bare = _OPEN_BRACKET.sub("", _BRACKETS.sub("", folded)).strip(" *★▲#")
    for pattern in (_NOTE_BEFORE, _NOTE_AFTER):
        if match := pattern.search(bare):
            notes.append(match[1])
            bare = bare[: match.start()] + bare[match.end() :]
    bare = _DOTS.sub("·", _BETWEEN_HAN.sub("", bare))
    return Name(bare.strip("· ") if _LETTER.search(bare) else "", " ".join(note.strip() for note in notes).strip())


_MARKS = re.compile(r"[\W_]")


def bare(name: str) -> str:
    """A name without what is only writing: notes, spaces, widths, traditional characters, punctuation."""
    return without_marks(normalise(name).value)


def without_marks(folded: str) -> str:
    """Folded text in simplified characters and lower case, without punctuation and spaces."""
    return _MARKS.sub("", text.simplified(folded)).lower()


@functools.lru_cache(maxsize=65536)
def syllables(name: str) -> tuple[str, ...]:
    """The pinyin of each character, ü as v: a person's surname by table, longer names (of organizations) by
    their words.
    """
    plain = text.simplified(name)
    pieces = _PIECES.findall(plain)
    if len(pieces) > _LONGEST_OF_A_PERSON and "·" not in plain:
        return tuple(syllable for piece in _PHRASES.findall(plain) for syllable in pinyin.of_words(piece))
    head: tuple[str, ...] = ()
    if compound := COMPOUND_SURNAMES.get(plain[:2]):
        head, pieces = tuple(compound.split()), pieces[2:]
    elif surname := SURNAMES.get(plain[:1]):
        head, pieces = (surname,), pieces[1:]
    return (*head, *(piece.lower() if piece.isascii() else pinyin.syllable(piece) for piece in pieces))


def _fold_sound(syllable: str) -> str:
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


def sound_of(char: str) -> str:
    """What one character adds to the key of a name, behind the surname."""
    return _fold_sound(pinyin.syllable(char))


@functools.lru_cache(maxsize=65536)
def key(name: str) -> str:
    """A key equal for names that sound alike: folded pinyin a character (zh=z, ch=c, sh=s, -ng=-n),
    joined by spaces.
    """
    return " ".join(_fold_sound(s) for s in syllables(name))


@functools.lru_cache(maxsize=65536)
def sort_key(name: str) -> str:
    """Pinyin, two spaces, the name itself: plain byte order is then the order of a Chinese dictionary, 王伟
    before 王伟一.
    """
    return " ".join(syllables(name)) + "  " + name


@functools.lru_cache(maxsize=65536)
def initials(name: str) -> str:
    """The first letter of each syllable: 王小明 → ``wxm``."""
    return "".join(s[:1] for s in syllables(name))


def mask(name: str) -> str:
    """``王**``: the surname and a star a further character, for those who see rows masked."""
    if not name:
        return ""
    keep = len(surname(name)) if len(name) > 2 else 1
    return name[:keep] + "*" * max(1, len(name) - keep)


def surname(name: str) -> str:
    """The surname a name begins with: 欧阳 or one character."""
    return name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]


@functools.lru_cache(maxsize=8192)
def organization_key(name: str) -> str:
    """A key equal for spellings of one organization within a street: no brackets, no city or district before, no
    legal form.
    """
    folded = _ORGANIZATION_NOISE.sub("", text.simplified(text.fold(name))).lower()
    for _ in range(2):
        bare = _AREA.sub("", folded)
        folded = bare if len(bare) >= 2 else folded
    while True:
        bare = _LEGAL.sub("", folded)
        if bare == folded or len(bare) < 2:
            return folded
        folded = bare


def numbered_branch(name: str) -> tuple[str, str]:
    """The organization, and ``#n`` where the name is that of its n-th branch: 1分店, 第一分店 and 一店 are one."""
    folded = _ORGANIZATION_NOISE.sub("", text.simplified(text.fold(name)))
    match = _BRANCH_NUMBER.match(folded)
    number = text.chinese_number(match[2]) if match else None
    return (match[1], f"#{number}") if match and number is not None else (name, "")


def branch(name: str) -> str:
    """Which branch a name is of: its number, or the words behind the organization; "" for a whole organization."""
    number = numbered_branch(name)[1]
    words = _BRANCH.search(_ORGANIZATION_NOISE.sub("", text.simplified(text.fold(name))))
    return number or (words[1] if words else "")
