"""How long each kind of data is kept (docs/operations/保存期限.md says why). Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Period:
    """One kind of data.

    ``since``: from when its days count; ``goes`` and ``stays``: what is erased, what is left of it.
    """

    code: str
    what: str
    days: int
    since: str
    goes: str
    stays: str
    why: str

    def cut(self, at: dt.datetime) -> dt.datetime:
        """What began before this moment is over its time."""
        return at - dt.timedelta(days=self.days)

    @property
    def how_long(self) -> str:
        """The period in words."""
        if not self.days:
            return "到期即清"
        return f"{self.days // 365} 年" if self.days % 365 == 0 else f"{self.days} 天"


PERIODS = (
    Period(
        code="files",
        what="上传的台账、批注版、比对文件、报表（30 天），现场照片和事项的佐证（1 年），抽查冻结的名单（3 年）",
        days=0,
        since="文件自己的到期日",
        goes="文件内容",
        stays="文件名、大小、哈希和谁存的",
        why="用完即清；要留底的由单位另存",
    ),
    Period(
        code="staged",
        what="导入时读出的每一行",
        days=90,
        since="导入完成",
        goes="行里的值和差错",
        stays="第几行、结果、建成了哪一条",
        why="三个月内可以核对导错没有",
    ),
    Period(
        code="compared",
        what="比对时两边的值",
        days=180,
        since="比对或决定",
        goes="对方的值",
        stays="一致率、各项计数、决定和经手人",
        why="半年内要回填、复查",
    ),
    Period(
        code="ops",
        what="手机交来的原件",
        days=60,
        since="收到",
        goes="原件内容",
        stays="何时、哪部手机、结果",
        why="手机 30 天内会重交，多留一倍",
    ),
    Period(
        code="quarantine",
        what="手机退回、已处理的",
        days=180,
        since="处理完",
        goes="原件内容",
        stays="为什么退、怎么处理、谁处理的",
        why="半年内可能有人来问",
    ),
    Period(
        code="deposits",
        what="没登录时交来的封包",
        days=60,
        since="收到",
        goes="封包",
        stays="何时、哪部手机、读没读出",
        why="原件已另记",
    ),
    Period(
        code="matters",
        what="事项的文字：隐患、诉求、整改的说明",
        days=730,
        since="办结；一直没有办结的，立项后再过 2 年",
        goes="文字",
        stays="何时、哪一处、哪一类、走到哪一步",
        why="办结后两年内可能复查",
    ),
    Period(
        code="meetings",
        what="座谈会请了谁、谁到了，值得推广的做法",
        days=1095,
        since="开会那天；没开成的，排定那天",
        goes="请的、到的、请假的岗位，做法",
        stays="第几次、哪天、在哪里、议定事项",
        why="和抽查的名单一样，三年内可能有人来问",
    ),
    Period(
        code="documents",
        what="座谈会材料和纪要，报表留存的数",
        days=1095,
        since="生成",
        goes="整条；以后照编号得不出那些数",
        stays="审计里谁何时生成了哪一份",
        why="三年内可以照编号再得出；要留底的由单位另存",
    ),
    Period(
        code="askers",
        what="抽查时谁去问的、谁去列的",
        days=730,
        since="那一轮抽查的最后一天",
        goes="核查员",
        stays="抽中哪一户、问到没有、怎么答的，抽中哪个单元、列出什么",
        why="和走访人一样，两年内可能复查",
    ),
    Period(
        code="sessions",
        what="登录会话、激活码、登录失败记录",
        days=30,
        since="过期",
        goes="整条",
        stays="审计里的登录和换密码",
        why="只为当时登录",
    ),
    Period(
        code="handed_in",
        what="台账交来、登记里没有的证件号的索引（没有号码）",
        days=30,
        since="交来",
        goes="整条",
        stays="那份台账有多少行没有核对",
        why="只为数同一天出生的号码交来了几个",
    ),
    Period(
        code="notices",
        what="通知，已读情况",
        days=365,
        since="告诉的那天",
        goes="整条",
        stays="审计里的那件事本身",
        why="一年内可能要问当时告诉了谁",
    ),
    Period(
        code="exports",
        what="导出的名单里有谁",
        days=1095,
        since="导出",
        goes="整条",
        stays="审计里谁何时导出了哪个名单",
        why="和审计一样，三年内本人可以来问",
    ),
    Period(
        code="differences",
        what="定过的差异、核定、更正方案和复核",
        days=730,
        since="决定",
        goes="两边的值、依据、附言",
        stays="哪一项、怎么定、谁定的",
        why="两年内可能有人不服",
    ),
    Period(
        code="investigations",
        what="定过的调查",
        days=730,
        since="决定",
        goes="事由、附言",
        stays="谁提出、谁同意、查谁哪几天、谁打开过",
        why="两年内可能有人不服",
    ),
    Period(
        code="visits",
        what="结束了的行动的走访细节",
        days=730,
        since="行动结束",
        goes="走访人、约定的时间、撤销原因",
        stays="哪一处、何日、结果和各项计数",
        why="总结和复查用完",
    ),
    Period(
        code="rounds",
        what="设施和重点场所的巡检细节",
        days=730,
        since="巡检",
        goes="巡检人、说明、撤销原因",
        stays="哪一处、何日、结果",
        why="两年内可能复查",
    ),
    Period(
        code="persons",
        what="注销的人（去世、迁走、注销）",
        days=730,
        since="注销",
        goes="姓名、号码、生日、住址等身份内容，来历里的值",
        stays="一条无名的记录：状态、日期、走访和关联的骨架",
        why="迁走或去世后两年内可能恢复、继承、查证",
    ),
    Period(
        code="contacts",
        what="注销的房屋、停业的单位、关闭的场所、拆除的设施的联系人",
        days=730,
        since="注销、停业、关闭、拆除",
        goes="产权人、联系人的姓名和电话",
        stays="房屋、单位、场所、设施本身，地址、走访和巡检",
        why="两年内可能恢复、查证",
    ),
)
BY_CODE = {period.code: period for period in PERIODS}
ERASED_NAME = "（已清除）"


class RetentionError(Exception):
    """What cannot be erased so; the text says why."""


def chosen(codes: Iterable[str]) -> tuple[Period, ...]:
    """The periods of these codes in the table's order; ``all``: every one. Raises RetentionError for an unknown one."""
    wanted = {code.strip() for code in codes if code.strip()}
    unknown = wanted - set(BY_CODE) - {"all"}
    if unknown:
        raise RetentionError(f"没有清：不认得 {'、'.join(sorted(unknown))}，可以写 all 或 {'、'.join(BY_CODE)}。")
    return tuple(period for period in PERIODS if "all" in wanted or period.code in wanted)
