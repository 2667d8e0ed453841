"""Characters that look like others and are told apart by programs alone: radicals, and the private codes of GBK."""

from __future__ import annotations

_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀"
    "⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
)
"""Each with the ideograph it stands for: Unicode's EquivalentUnifiedIdeograph, as far as NFKC does not fold it."""
_GBK_ONLY = {
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "\u9fb4",
    0xE826: "\u9fb5",
    0xE82B: "\u9fb6",
    0xE82C: "\u9fb7",
    0xE831: "\U000215d7",
    0xE832: "\u9fb8",
    0xE83B: "\U0002298f",
    0xE843: "\u9fb9",
    0xE854: "\u9fba",
    0xE855: "\U000241fe",
    0xE864: "\u9fbb",
}
"""What GB 18030-2000 still left in the private area and later editions moved to codes of their own."""


def _gbk() -> dict[int, str]:
    """The private codes U+E815 to U+E864, as which GBK keeps FE50 to FEA0, with their characters (GB 18030, annex)."""
    trails = [byte for byte in range(0x50, 0xA1) if byte != 0x7F]
    return {0xE815 + n: bytes([0xFE, trail]).decode("gb18030") for n, trail in enumerate(trails)} | _GBK_ONLY


TABLE = {ord(odd): usual for odd, usual in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)} | _gbk()
PATTERN = "[\u2e80-\u2eff\ue815-\ue864]"
"""Texts that hold none of these need no look at ``TABLE``."""
