"""The one table of permissions: role × verb. Where a role holds is said by the assignment's scope (a code prefix)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
import uuid
from collections.abc import Iterable

from gridwalk.dictionary.sight import Depth, Place, Reader
from gridwalk.method import text

ONE_STREET, ONE_COMMUNITY, ONE_GRID = 9, 12, 15
"""Digits of a scope."""
_STAFF_NUMBER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff-]{1,20}")
LONGEST = 40
"""Characters of a sign-in name, a name, a post."""


class Role(enum.StrEnum):
    """The roles of domain.md §4; residents have no account."""

    GRID_WORKER = "grid_worker"
    COMMUNITY_LEAD = "community_lead"
    COMMUNITY_CLERK = "community_clerk"
    STREET_CENTRE = "street_centre"
    DISTRICT_CENTRE = "district_centre"
    INSPECTOR = "inspector"
    LEADING_GROUP = "leading_group"
    ADMINISTRATOR = "administrator"


LABELS = {
    Role.GRID_WORKER: "网格员",
    Role.COMMUNITY_LEAD: "社区书记（网格长）",
    Role.COMMUNITY_CLERK: "社区工作者（数据员）",
    Role.STREET_CENTRE: "街道网格中心",
    Role.DISTRICT_CENTRE: "区网格中心",
    Role.INSPECTOR: "核查员",
    Role.LEADING_GROUP: "领导小组",
    Role.ADMINISTRATOR: "管理员",
}


class Verb(enum.StrEnum):
    """What can be permitted. Seeing comes in four depths: counts, rows masked, rows in full, a full number.

    To walk is to have doors of one's own and a phone; what came of a visit is recorded from paper as well.
    """

    SEE_COUNTS = "see_counts"
    SEE_ROWS_MASKED = "see_rows_masked"
    SEE_ROWS = "see_rows"
    REVEAL = "reveal"
    SEE_CARE = "see_care"
    RECORD_VISIT = "record_visit"
    WALK = "walk"
    EDIT_REGISTER = "edit_register"
    DECIDE_DIFFERENCE = "decide_difference"
    RECHECK = "recheck"
    HANDLE_MATTER = "handle_matter"
    SEE_MEETING = "see_meeting"
    IMPORT_LEDGER = "import_ledger"
    DISPATCH = "dispatch"
    MANAGE_CAMPAIGN = "manage_campaign"
    EXPORT_REPORT = "export_report"
    SEE_AUDIT = "see_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    CONFIRM_ROLES = "confirm_roles"
    MANAGE_AREAS = "manage_areas"
    MANAGE_DEVICES = "manage_devices"
    REGRID = "regrid"
    INVESTIGATE = "investigate"
    DRAW_SAMPLE = "draw_sample"
    ASK_AGAIN = "ask_again"


_OFFICE = {
    Verb.SEE_COUNTS,
    Verb.SEE_ROWS_MASKED,
    Verb.SEE_ROWS,
    Verb.REVEAL,
    Verb.SEE_CARE,
    Verb.RECORD_VISIT,
    Verb.WALK,
    Verb.EDIT_REGISTER,
    Verb.HANDLE_MATTER,
    Verb.DECIDE_DIFFERENCE,
    Verb.RECHECK,
    Verb.IMPORT_LEDGER,
    Verb.DISPATCH,
    Verb.EXPORT_REPORT,
    Verb.SEE_AUDIT,
}

PERMITTED: dict[Role, frozenset[Verb]] = {
    Role.GRID_WORKER: frozenset(
        {
            Verb.SEE_COUNTS,
            Verb.SEE_ROWS_MASKED,
            Verb.SEE_ROWS,
            Verb.REVEAL,
            Verb.SEE_CARE,
            Verb.RECORD_VISIT,
            Verb.WALK,
            Verb.EDIT_REGISTER,
            Verb.HANDLE_MATTER,
        }
    ),
    Role.COMMUNITY_LEAD: frozenset({*_OFFICE, Verb.MANAGE_DEVICES}),
    Role.COMMUNITY_CLERK: frozenset(
        {
            Verb.SEE_COUNTS,
            Verb.SEE_ROWS_MASKED,
            Verb.SEE_ROWS,
            Verb.REVEAL,
            Verb.SEE_CARE,
            Verb.RECORD_VISIT,
            Verb.EDIT_REGISTER,
            Verb.HANDLE_MATTER,
            Verb.IMPORT_LEDGER,
            Verb.EXPORT_REPORT,
        }
    ),
    Role.STREET_CENTRE: frozenset(
        {
            Verb.SEE_COUNTS,
            Verb.SEE_ROWS_MASKED,
            Verb.RECHECK,
            Verb.HANDLE_MATTER,
            Verb.SEE_MEETING,
            Verb.IMPORT_LEDGER,
            Verb.DISPATCH,
            Verb.MANAGE_CAMPAIGN,
            Verb.EXPORT_REPORT,
            Verb.SEE_AUDIT,
            Verb.REGRID,
            Verb.INVESTIGATE,
            Verb.CONFIRM_ROLES,
            Verb.DRAW_SAMPLE,
        }
    ),
    Role.DISTRICT_CENTRE: frozenset({Verb.SEE_COUNTS, Verb.SEE_MEETING, Verb.EXPORT_REPORT}),
    Role.INSPECTOR: frozenset({Verb.ASK_AGAIN}),
    Role.LEADING_GROUP: frozenset({Verb.SEE_COUNTS, Verb.SEE_MEETING}),
    Role.ADMINISTRATOR: frozenset(
        {
            Verb.MANAGE_ACCOUNTS,
            Verb.MANAGE_AREAS,
            Verb.SEE_AUDIT,
            Verb.MANAGE_DEVICES,
            Verb.REGRID,
            Verb.INVESTIGATE,
        }
    ),
}

OPENED = {
    Verb.SEE_ROWS: "姓名、生日、住址",
    Verb.SEE_ROWS_MASKED: "遮名的名单",
    Verb.REVEAL: "完整号码（写明事由）",
    Verb.SEE_CARE: "关爱",
    Verb.EDIT_REGISTER: "改登记",
    Verb.IMPORT_LEDGER: "导入台账",
    Verb.EXPORT_REPORT: "报表",
    Verb.RECHECK: "复核",
    Verb.CONFIRM_ROLES: "确认岗位",
    Verb.MANAGE_ACCOUNTS: "管账号",
}
"""What matters about a role to who confirms it."""

ROWS = frozenset({Verb.SEE_ROWS, Verb.SEE_ROWS_MASKED})
"""What shows rows of the register."""
SECOND_FACTOR = frozenset({Verb.REVEAL, Verb.IMPORT_LEDGER, Verb.MANAGE_ACCOUNTS})
"""Whoever may reveal a number, take rows away or make accounts signs in with a one-time code as well."""


OF_A_COMMUNITY = frozenset({Role.COMMUNITY_LEAD, Role.COMMUNITY_CLERK})
"""The roles whose post is over one community."""


class State(enum.StrEnum):
    """How far an assignment is; only a confirmed one works."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Factor(enum.StrEnum):
    """What somebody signs in with, and what is reset."""

    PASSWORD = "password"  # noqa: S105 a name
    CODES = "codes"


FACTORS = {Factor.PASSWORD: "密码", Factor.CODES: "动态码"}


@dataclasses.dataclass(frozen=True)
class Held:
    """One assignment in force: a role over a scope (area or grid code prefix; "" is everywhere)."""

    role: Role
    scope: str


@dataclasses.dataclass(frozen=True)
class Viewer:
    """Who asks: passed first to every query and as ``actor`` to every action. Plain value, no database."""

    id: uuid.UUID | None
    name: str
    assignments: tuple[Held, ...] = ()
    everything: bool = False

    def scopes(self, verb: Verb) -> tuple[str, ...]:
        """The code prefixes where ``verb`` is permitted, the wider swallowing the narrower; empty: nowhere."""
        if self.everything:
            return ("",)
        permitted = sorted({h.scope for h in self.assignments if verb in PERMITTED[h.role]})
        widest: list[str] = []
        for scope in permitted:
            if not any(scope.startswith(wider) for wider in widest):
                widest.append(scope)
        return tuple(widest)

    def within(self, verb: Verb, scope: str) -> tuple[str, ...]:
        """The parts of ``scope`` where ``verb`` is permitted: all of it, some areas or grids in it, or nothing."""
        if self.may(verb, scope):
            return (scope,)
        return tuple(part for part in self.scopes(verb) if part.startswith(scope))

    def may(self, verb: Verb, code: str) -> bool:
        """Whether ``verb`` is permitted in the grid or area ``code`` (15-digit grid, or a scope)."""
        return any(code.startswith(scope) for scope in self.scopes(verb))

    def may_anywhere(self, verb: Verb) -> bool:
        """Whether ``verb`` is permitted in any area at all (what navigation asks)."""
        return bool(self.scopes(verb))

    def reader(self, code: str, place: Place = Place.PAGE) -> Reader:
        """How deep this viewer sees into the grid or area ``code``: what a field of the dictionary is shown by."""
        if self.may(Verb.SEE_ROWS, code):
            depth = Depth.ROWS
        else:
            depth = Depth.MASKED if self.may(Verb.SEE_ROWS_MASKED, code) else Depth.COUNTS
        return Reader(depth, place, care=self.may(Verb.SEE_CARE, code))

    @property
    def phone_scopes(self) -> tuple[str, ...]:
        """Where somebody works with a phone of their own: the areas they walk, then those they ask again in."""
        return self.scopes(Verb.WALK) + self.scopes(Verb.ASK_AGAIN)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles held, each once, in the order of the assignments."""
        return tuple(dict.fromkeys(h.role for h in self.assignments))


SYSTEM = Viewer(id=None, name="系统", everything=True)
"""The program itself: jobs and first set-up."""
SERVER = Viewer(id=None, name="服务器", assignments=(Held(Role.ADMINISTRATOR, ""),))
"""Whoever types commands on the server: an administrator like any other."""


class NotPermitted(Exception):
    """The actor's roles do not permit this here."""

    def __str__(self) -> str:
        return "您的岗位没有这项权限，什么都没有改。需要办的话，请找街道的管理员。"


def require(actor: Viewer, verb: Verb, code: str) -> None:
    """Raises NotPermitted unless ``actor`` may do ``verb`` in ``code``."""
    if not actor.may(verb, code):
        raise NotPermitted(verb)


def sign_in_name(typed: str) -> str:
    """A sign-in name as it is stored, looked up and locked out: without spaces around it, in lower case."""
    return typed.strip().lower()


def name_faults(*, username: str, name: str, post: str) -> dict[str, str]:
    """What is wrong with how an account is called: ``username``, ``name`` or ``post`` → why."""
    typed = {"username": sign_in_name(username), "name": name.strip(), "post": post.strip()}
    return {part: why for part, words in typed.items() if (why := _name_fault(part, words))}


def _name_fault(part: str, words: str) -> str:
    if not words:
        return "" if part == "post" else "登录名和姓名都要填"
    if len(words) > LONGEST:
        return f"登录名、姓名、职务都不超过 {LONGEST} 个字"
    folded = text.fold(words)
    if text.says_number(folded):
        return "登录名、姓名、职务里不要写证件号、电话号码"
    return "登录名、姓名、职务不能用 = + - @ 开头" if text.begins_formula(folded) else ""


def staff_number_fault(typed: str) -> str:
    """What is wrong with a staff number (工号); "" for nothing, as for none."""
    if not typed or (_STAFF_NUMBER.fullmatch(typed) and not text.says_number(text.fold(typed))):
        return ""
    return "工号写 1 到 20 个字母、数字、汉字或短横，不写证件号、电话号码"


def fits(role: Role, scope: str) -> bool:
    """Whether a post can be over this area: a worker's is one grid, a lead's one community, an inspector's a community
    that checks another (互查) or more, the others' a street or more.
    """
    return len(scope) == ONE_GRID if role is Role.GRID_WORKER else _fits_above(role, scope)


def _fits_above(role: Role, scope: str) -> bool:
    if role in OF_A_COMMUNITY:
        return len(scope) == ONE_COMMUNITY
    return len(scope) <= (ONE_COMMUNITY if role is Role.INSPECTOR else ONE_STREET)


NAMED = {ONE_GRID: Role.GRID_WORKER, ONE_COMMUNITY: Role.COMMUNITY_LEAD}
"""Length of an area's code → the role its responsible person has; no other area has one."""
WHO_IS_NAMED = f"网格的责任人是{LABELS[Role.GRID_WORKER]}，社区的责任人是{LABELS[Role.COMMUNITY_LEAD]}"


def can_be_named(role: Role, scope: str) -> bool:
    """Whether who has this post over an area can be its responsible person."""
    return NAMED.get(len(scope)) is role


def where_it_fits(role: Role) -> str:
    """The area a post is over, in words."""
    if role is Role.GRID_WORKER:
        return "一个网格"
    if role in OF_A_COMMUNITY:
        return "一个社区"
    return "一个社区、街道，或更大的区划" if role is Role.INSPECTOR else "街道，或更大的区划"


def in_force(from_on: dt.date, to_on: dt.date | None, on: dt.date) -> bool:
    """Whether a dated assignment holds on the day ``on`` (both ends included)."""
    return from_on <= on and (to_on is None or on <= to_on)


def sees_rows(role: Role) -> bool:
    """Whether the role shows rows of the register, masked or not."""
    return bool(PERMITTED[role] & ROWS)


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Whether one of the roles must sign in with a one-time code as well; a report takes rows away where rows are
    seen.
    """
    return any(PERMITTED[role] & SECOND_FACTOR or _reports_rows(role) for role in roles)


def _reports_rows(role: Role) -> bool:
    return Verb.EXPORT_REPORT in PERMITTED[role] and sees_rows(role)


def takes_two(role: Role) -> bool:
    """Whether a role is proposed by one person and confirmed by another: it shows rows of the register, or keeps the
    accounts, so that nobody makes themselves the second person of an investigation.
    """
    return sees_rows(role) or Verb.MANAGE_ACCOUNTS in PERMITTED[role]


def may_hold_both(one: Role, other: Role) -> bool:
    """Whether one person may have both roles: who keeps the accounts sees no persons."""
    pair = {one, other}
    return Role.ADMINISTRATOR not in pair or not any(sees_rows(role) for role in pair)


def is_alone(roles: Iterable[Role]) -> bool:
    """Whether one person keeps the accounts and confirms the roles: a trial (``gridwalk init --one-person``)."""
    return {Role.ADMINISTRATOR, Role.STREET_CENTRE} <= set(roles)


def opened_by(role: Role) -> tuple[str, ...]:
    """What a role opens, in the words of who confirms it."""
    verbs = PERMITTED[role] - ({Verb.SEE_ROWS_MASKED} if Verb.SEE_ROWS in PERMITTED[role] else set())
    return tuple(words for verb, words in OPENED.items() if verb in verbs)
