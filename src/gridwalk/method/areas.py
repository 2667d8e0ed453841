"""The names of areas before an address: 天津市河北区光复道街道建国道社区 … is dropped, since a register stands within one.

Everything here errs on the side of leaving text where it is: a district's name is dropped only where it can be no
estate's (东区5号楼, 万科城市花园, 格林小镇 and 望海楼小区 stay).
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from gridwalk.method import text

_HAN = "[\u4e00-\u9fff]"
PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|"
    "陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_NO_DISTRICT = "小社园校厂院宅活属业发片街组期一二三四五六七八九十"  # 小区, 园区, 三区 … are parts of an estate

_LONG_DISTRICTS = (
    "石景山|门头沟|北戴河|山海关|曹妃甸|下花园|万柏林|杏花岭|尖草坪|元宝山|扎赉诺尔|苏家屯|沙河口|甘井子|旅顺口|双台子|兴隆台|昂昂溪|碾子山|富拉尔基|"
    "雨花台|台儿庄|东西湖|西塞山|伍家岗|武陵源|青山湖|龙马潭|青白江|自流井|金口河|五通桥|观山湖|沙坪坝|九龙坡|大渡口|水磨沟|头屯河|达坂城|沙依巴克"
)  # others than of two characters, lest 阳光花园东区 be one

_BEFORE = re.compile(
    rf"^(?:(?:现|常|户籍|居住|家庭|实际|详细)?(?:住址|地址|居住地|户籍地)(?:址)?[:：]\s*|(?:现|租|暂|借|居|常)住(?:在|于|址)?[:：]?\s*(?={_HAN}{{2}}))"
    rf"|^\d{{6}}(?:\d{{3}}|\d{{6}})?\s*(?={_HAN}{{2}})"
)
"""What some write before an address: 现住址：…, 租住…, the area's code (GB/T 2260) or the post's."""
_CODE_WITHIN = re.compile(rf"(?<=[市区县])\d{{6}}(?:\d{{3}}|\d{{6}})?(?={_HAN}{{2}})")
_PROVINCE = re.compile(rf"(?:{PROVINCES})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)")
_BARE_PROVINCE = re.compile(
    rf"(?:{PROVINCES})(?={_HAN}{{2,4}}(?<![城都超菜夜小])市(?!场)|{_HAN}{{1,2}}(?<![{_NO_DISTRICT}])区|(?:浦东|滨海|两江|雄安)新区"
    rf"|(?:{_LONG_DISTRICTS})区)"
)
_BARE_CITY = re.compile(
    rf"(?:{PROVINCES})省?-?{_HAN}{{2,3}}?-?(?=[^\W\d区]{{2}}(?<![{_NO_DISTRICT}])区)"
)  # 浙江宁波海曙区
_CITY = re.compile(
    rf"(?:成都市|{_HAN}{{2,4}}?(?<![城都超菜夜门])(?:市|地区)|{_HAN}{{2,8}}?自治州)(?!场|民广场|委|政府|街道|区|镇"
    rf"|(?:花园|家园|新村|小区|公寓|大厦|里|苑|园|庄)[东西南北A-Z]?区?[\d{text.CHINESE_DIGITS}])"
)
"""南市街道, 新市区 and 新市花园5号楼 begin with no city."""
_DISTRICT = re.compile(
    rf"(?:{_LONG_DISTRICTS})区|{_HAN}{{2}}(?<![{_NO_DISTRICT}])区|(?:滨海|浦东|两江|雄安)新区|{_HAN}{{2,6}}?(?:(?:经济"
    rf"|高新)?(?:技术)?(?:产业)?开发区|高新区|工业园区)|(?:高新|工业园)区|{_HAN}{{2,3}}县(?![城前府学])"
)
_DISTRICT_AFTER_CITY = re.compile(
    rf"市辖区|{_HAN}{{1,4}}?(?<![{_NO_DISTRICT}])区|{_HAN}{{1,4}}?县(?![城前府学])|{_HAN}{{2,5}}?旗"
)
_STREET = re.compile(rf"{_HAN}{{2,12}}?(?:街道办事处|街道办|街道|街办事处|街办)")
_TOWN = re.compile(rf"{_HAN}{{1,4}}?(?<![小古新水家故])(?:镇|乡)")
_TOWN_ALONE = re.compile(
    rf"{_HAN}{{2,5}}(?<![小古])镇(?={_HAN}{{2,5}}?(?:大街|大道|公路|路|街|道|村)(?![江海平远路]))|{_HAN}{{2,3}}?(?<![小古新水名])镇(?![江海平远路])"
)
_COMMUNITY = re.compile(rf"{_HAN}{{2,8}}?(?:社区居民委员会|社区居委会|社区|居委会|村民委员会|村委会)")
_COMMUNITY_END = re.compile(r"(?:居民委员会|居委会|民委员会|委会)$")
_HOUSES = re.compile(r"第?[\d一二三四五六七八九十]+\s*(?:(?:村民)?小?组|社|队|排|号)")
_JOINERS = " -,/._"
_LONGEST, _SHORT = 16, 2
"""Characters of an official name; of 城区, 矿区 and 赵县, which are areas only behind their city."""
_COUNTIES = ("区", "县", "旗")
_TOWN_OF_A_COUNTY = re.compile(
    rf"{_HAN}{{1,12}}?(?<![小古水])(?:镇|乡)(?!花园|花苑|花城|家园|家苑|小区|公寓|[苑园城口]|[东西南北中]?[大老新]?[街路道])(?={_HAN}{{2}}|[A-Za-z]{{2}})"
)
"""Behind a county's own name a town may be called 方水镇, 川沙新镇 or 马合口白族乡."""
_PLACE = re.compile(r"[\u4e00-\u9fffA-Za-z]{2}|[\u4e00-\u9fff]\d{1,2}[路街道里]")


def _cut(folded: str, pattern: re.Pattern[str]) -> str | None:
    match = pattern.match(folded)
    if not match:
        return None
    left = folded[match.end() :].lstrip(_JOINERS)
    return left if _PLACE.match(left) else None  # what is left must still begin with a name


@functools.cache
def official() -> frozenset[str]:
    """The names of all cities and counties (areas_2023 of the official list, of which these alone are needed here)."""
    return frozenset(Path(__file__).with_name("area_names.txt").read_text(encoding="utf-8").split())


def _of_official(folded: str, *, least: int) -> int:
    """The length of the longest official name of ``least`` characters the text begins with, or 0."""
    lengths = range(min(_LONGEST, len(folded)), least - 1, -1)
    return next((n for n in lengths if folded[n - 1] in "市区县旗州盟" and folded[:n] in official()), 0)


def _without_official(folded: str) -> tuple[str, str]:
    """What follows the city and county a text begins with by their full names, and the county; "" where none is."""
    match = _PROVINCE.match(folded) or _BARE_PROVINCE.match(folded)
    rest = folded[match.end() :].lstrip(_JOINERS) if match else folded
    left, county = folded, ""
    for place in range(3):
        length = _of_official(rest, least=_SHORT if match or place else _SHORT + 1)
        after = rest[length:].lstrip(_JOINERS)
        if not length or not _PLACE.match(after) or _OF_AN_AREA.match(after):
            break
        if rest[length - 1] in _COUNTIES or (place and rest[length - 1] == "市"):
            county = rest[:length]
        left = rest = after
    return left, county


def names_county(folded: str) -> bool:
    """Whether the text begins with a county's full name, or with its city's and its own, and a place's follows."""
    return bool(_without_official(folded)[1])


_OF_AN_AREA = re.compile("街道|场|民广场|委|政府")
"""What behind an area's name makes another name of it: 南市街道, 东市场."""


def _within_community(folded: str) -> str | None:
    """What follows a community's name; a village stays where only its groups and houses follow: 红星村委会一社八号."""
    match = _COMMUNITY.match(folded)
    left = folded[match.end() :].lstrip(_JOINERS) if match else ""
    if match and _HOUSES.match(left):
        return _COMMUNITY_END.sub("", match[0]) + left
    return _cut(folded, _COMMUNITY)


def _without_town(folded: str) -> str | None:
    """What follows a town's name; read first as where no county is named, so that both writings have one key."""
    return _cut(folded, _TOWN_ALONE) or _cut(folded, _TOWN_OF_A_COUNTY)


def without_areas(folded: str) -> str:
    """``folded`` without the areas it begins with; a community's name stays where nothing else names the place."""
    folded = _CODE_WITHIN.sub("", _BEFORE.sub("", _BEFORE.sub("", folded)))
    in_city = in_county = False
    for _ in range(2):  # exports write 天津市河北区…天津市河北区…
        behind, county = _without_official(folded)
        if county:
            folded, in_county = _cut(behind, _STREET) or _without_town(behind) or behind, True
            continue
        if in_county:
            break
        for pattern in (_BARE_CITY, _PROVINCE, _BARE_PROVINCE, _CITY, _CITY):
            left = _cut(folded, pattern)
            if left is not None:
                folded, in_city = left, True
        for pattern in (_DISTRICT_AFTER_CITY if in_city else _DISTRICT, _STREET, _TOWN if in_city else _TOWN_ALONE):
            folded = _cut(folded, pattern) or folded
    return _within_community(folded) or folded


def district(folded: str) -> str:
    """The district or county that an address begins with, behind its province and city; empty where none is named."""
    if not any(unit in folded for unit in "区县旗"):
        return ""
    if (county := _without_official(folded)[1]) and county[-1] in _COUNTIES:
        return county
    in_city = False
    for pattern in (_BARE_CITY, _PROVINCE, _BARE_PROVINCE, _CITY, _CITY):
        left = _cut(folded, pattern)
        if left is not None:
            folded, in_city = left, True
    pattern = _DISTRICT_AFTER_CITY if in_city else _DISTRICT
    match = pattern.match(folded)
    return match[0] if match and _cut(folded, pattern) is not None else ""
