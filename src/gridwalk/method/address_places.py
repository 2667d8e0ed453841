"""What stands before a door's numbers: road, house number, estate."""

from __future__ import annotations

import re

from gridwalk.method import text

_ROADS = "大街|大道|路|道|街|胡同|巷|条"
_STRETCH = "[路街道](?:[东西南北中][一二三四五六]?|[一二三四五六])段"  # 一环路南四段, 长江路西段
ROAD_END = re.compile(rf"(?:{_ROADS}|{_STRETCH}|[路街道][东西南北中][一二三四五六]?路?)$")
_MARKETS = (
    "市场|(?:批发|建材|商贸|服装|电子|家居|家具|商品|轻纺|纺织|灯具|汽配|茶叶?|美食|购物|鞋|玩具|珠宝|电脑|数码|五金)城"
    "|园区|产业园|科技园|工业园|创意园|创业园|软件园|卖场"
)
TOWERS = re.compile(rf"(?:大厦|大楼|公寓|广场|中心|写字楼|商厦|酒店|商城|商场|宾馆|饭店|百货|{_MARKETS})$")
_NOT_A_HOUSE = "楼|线|桥|地(?!下)"  # 新村2号线, 锦秀里2号地 are names
_ROAD_NUMBER = re.compile(
    rf"^(.*?(?:{_ROADS}|里|弄|村|巷|{_STRETCH}))\s*([甲乙丙丁副临]?[\d{text.CHINESE_DIGITS}]+(?:-\d+)?\s*(?:号大?院|大?院|号|弄\d+支弄|弄"
    rf"|支弄))(?!{_NOT_A_HOUSE})"
)
_NO_ROAD = "口坊心桥边旁沿局处村"  # 金钟路口, 公路局 are names
_ROAD = re.compile(
    rf"^((?:铁[路道])?.+?(?:大街|大道|[路道]街|路(?!街)|道(?!街)|街(?!道)|胡同|巷))(?![{_NO_ROAD}]|[东西南北中][段侧口边面头首路街]"
    rf"|[东西南北中]?[一二三四五六]段)(?=\s*[\u4e00-\u9fff]{{2}})"
)
_GENERIC = re.compile(
    r"^(?:[东西南北中]?(?:小区|新村|社区|公寓|大院|院|大厦|大楼|楼|家属[楼院区]?|宿舍|住宅|花园|平房|里|新区|(?:[东西南北中A-Z]|[一二三四五六七八九十]+)区|广场|商场|市场|中心)\d*)"
)
_SIDE_ROAD = re.compile(rf"(?:[\d{text.CHINESE_DIGITS}]+|[东西南北前后])(?:巷|条|胡同|支路|横街)")
_NEAR = re.compile(
    r"^(?:[与和及]?[\u4e00-\u9fff]{2,6}?(?:交叉路?口|交口|交汇[处口]?|交界[处口]?)(?:[东西南北]{1,2}角)?"
    r"|交叉路?口|交口|交汇[处口]?|附近|对面|旁边|[靠邻]?近[\u4e00-\u9fff]{1,5}?[路街道])"
)
_TWICE = re.compile(r"^(.{2,})\1$")
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z]")
STRIP = " ,-/.、#_:;"
_PROPERTY = re.compile(
    r"^(?:(?:(?:直管|自管|代管)?公有?|私有?|军队?|企业?(?:自管)?|单位|自管|直管|国有)房?产房?|(?:直管|自管)?公房|公有房|房改房|商品房|回迁房|廉租房"
    r"|公租房|拆迁房)(?=[^\W\d_]{2})(?![小公社园院楼区号])[:：\s-]*"
)
"""The kind of property that some registers write in front: 公产房建国道7号楼. An estate may be called so (公租房小区)."""
_LANDMARK = re.compile(rf"^[\u4e00-\u9fff]{{0,3}}?[{text.CHINESE_DIGITS}]号桥(?=[\u4e00-\u9fff]{{2,5}}(?:{_ROADS}))")
"""A numbered bridge before a road, where an estate may be called so: 津塘公路二号桥利津路."""


def place(prefix: str) -> tuple[str, str, str]:
    """Road, house number and estate of what stands before the building."""
    prefix = _LANDMARK.sub("", _PROPERTY.sub("", prefix.strip(STRIP)))
    if match := _ROAD_NUMBER.match(prefix):
        estate = _NEAR.sub("", prefix[match.end() :].strip(STRIP)).replace(" ", "")
        return match[1].strip(STRIP), _house(match[2]), estate if _NAME.match(estate) else ""
    road = ""
    while (match := _ROAD.match(prefix)) and not _GENERIC.match(prefix[match.end() :].lstrip()):
        road, prefix = match[1], _LANDMARK.sub("", _NEAR.sub("", prefix[match.end() :].strip(STRIP)))
    if road and _SIDE_ROAD.fullmatch(prefix):  # 中山路三条: alone, its third lane is no name
        return "", "", road + prefix
    return road, "", _TWICE.sub(r"\1", prefix.replace(" ", ""))


def _house(raw: str) -> str:
    match = re.match(rf"([甲乙丙丁副临]?[\d{text.CHINESE_DIGITS}]+(?:-\d+)?)\s*(.*)", raw)
    if not match:
        return raw
    if side := re.search(r"弄(\d+)支弄", match[2]):
        return f"{text.number_key(match[1])}弄{text.number_key(side[1])}支弄"
    unit = "院" if "院" in match[2] else "弄" if "弄" in match[2] else ""
    return "-".join(map(text.number_key, match[1].split("-"))) + unit


def place_name(road: str, number: str) -> str:
    """A road and number as the name of what stands there: 建国道12号, 中山路4号院, 花园路145弄."""
    if number.endswith("院"):
        return f"{road}{number[:-1]}号院"
    return f"{road}{number}" if number.endswith(("弄", "组", "社", "队")) else f"{road}{number}号"
