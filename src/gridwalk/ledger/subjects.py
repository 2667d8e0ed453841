"""Whose a heading says that something is: another person's, or those' whom the list is about (学生姓名 among pupils)."""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    "(?:留守|困境|困难|孤残|流动|散居)?(?:儿童|老人)|学生|学员|学童|考生|幼儿|婴幼儿|婴儿|孩子|小孩|宝宝|未成年人|青少年|老年人|长者|患者|病人|服务对象|走访对象|帮扶对象|关爱对象|对象|"
    "党员|职工|员工|退休人员|退役军人|参保人员?|求助人|受助人|流动人[口员]|外来人[口员]|村民|社员|市民|群众|"
    "被(?:监护|照护|照料|看护|赡养|抚养|帮扶|保险|保)人"
)
TENANTS = re.compile("租户|租客|承租人|住户|居住人|使用人")
"""Of a dwelling these are others, of a list of residents they are the residents."""
RESIDENTS = re.compile(f"{TENANTS.pattern}|{_SUBJECT.pattern}")
"""Who is the record itself in a list of people."""

_GUARDIANS = (
    "监护人|照护人|照看人|照管人|看护人|抚养人|赡养人|照料人|代养人|寄养人|受托人|受委托人|家长|父母|父亲|母亲|爸爸|妈妈|继父|继母|养父|养母|"
    "爷爷|奶奶|外公|外婆|姥姥|姥爷|外?祖父母?|外?祖母"
)
_WHICH = "(?:主要|实际|法定|委托|临时|指定|现|直接|共同|其他|其它|另一|第?[一二三123])"
"""What before a guardian says which one."""
OTHERS = re.compile(
    f"(?:{_SUBJECT.pattern})?的?{_WHICH}*(?:{_GUARDIANS})|"
    "房主|业主|产权人|房东|(?:紧急|第[一二])?联系人|紧急联系|法人|法定代表人|网格[员长]|帮扶(?:责任)?人|帮扶|责任人|包联人?|包保人?|"
    "户主|家属|亲属|子女|儿子|女儿|配偶|"
    "代理人|经办人|填表人|担保人|介绍人|签收人|登记人|采集人|核查人|调查人|走访人|楼门?长|民警|医生|志愿者|社工|书记|邻居|亲友|负责人"
)
"""Whose name before a heading says that what stands below is not the record's own."""
IN_BRACKETS = re.compile(
    rf"[(\[【]{_WHICH}*(?:{_GUARDIANS}|父|母|家属|亲属|子女|儿子|女儿|配偶|丈夫|妻子|紧急联系人|联系人|班主任|物业|民警)"
    r"的?(?:联系|手机)?(?:电话|手机|号码?|方式|信息)?[)\]】]"
)
"""联系电话(家长), 电话(监护人手机): whose it is stands behind it."""
OF_NOBODY_ELSE = re.compile(
    "(?:联系|手机|移动|固定|住宅|家庭|常用|备用|第?[一二]代|公民|有效|法定|户籍|现|真实|登记|[0-9一二])*"
)
"""What before a heading says nothing of another person."""


def of(words: str) -> str:
    """The sort of people a heading names; empty where it names none."""
    match = _SUBJECT.match(words)
    return match[0] if match else ""
