"""Acts of the office and accounts, as lists that are asked and sorted (``lists``).

Accounts stand in code or name order only: nothing sorts or asks by when or how often somebody worked (red line 2).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from gridwalk.accounts import queries as accounts
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import LABELS, State, Verb, Viewer
from gridwalk.core.audit.work import OFFICE
from gridwalk.core.models import AuditEntry
from gridwalk.core.queries import in_scopes
from gridwalk.lists.listing import PlainList, Sort
from gridwalk.lists.queries import EVERYTHING, Selection
from gridwalk.lists.rules import Condition, ListField, Op, Type, choice_field, day_field, to_all

GROUPS = {
    "账号和岗位": {"account", "grant", "operator"},
    "手机": {"device", "badge", "outbox", "sync"},
    "区划和网格": {"areas", "grids", "workdays"},
    "行动、走访任务和事项": {"campaign", "wave", "targets", "matter", "meeting"},
    "数据核查": {"check", "sample"},
    "台账": {"import", "comparison", "difference", "backfill"},
    "文件和名单": {"file", "report", "view", "person"},
}
"""The first words of verbs, under what the office calls them; all others keep the house."""
_GROUP = {word: group for group, words in GROUPS.items() for word in words}
KINDS = {
    "user": "账号",
    "person": "人员",
    "dwelling": "房屋",
    "organization": "单位",
    "site": "重点场所",
    "facility": "设施",
    "building": "楼栋",
    "grid": "网格",
    "campaign": "行动",
    "import": "台账导入",
    "comparison": "台账比对",
    "backfill": "回填清单",
    "matter": "事项",
    "sample": "抽查",
    "meeting": "座谈会",
    "file": "文件",
    "device": "手机",
}


def _verbs() -> dict[str, str]:
    order = [*GROUPS, ""]
    verbs = sorted(OFFICE, key=lambda verb: (order.index(_GROUP.get(verb.partition(".")[0], "")), verb.words))
    return {verb.value: verb.words for verb in verbs}


ACTS = PlainList(
    code="acts",
    label="操作记录",
    unit="条",
    verb=Verb.SEE_AUDIT,
    fields=(
        ListField(
            name="actor", label="人员", type=Type.TEXT, path="actor_name", shown=to_all, through=True, always=True
        ),
        choice_field(
            "verb",
            "操作",
            _verbs(),
            groups={verb.value: _GROUP.get(verb.partition(".")[0], "系统维护") for verb in OFFICE},
        ),
        choice_field("kind", "对象", KINDS),
        day_field("at", "时间", always=True),
    ),
    sorts=(
        Sort(code="newest", label="新的在前", keys=("at", "id"), descending=True),
        Sort(code="oldest", label="旧的在前", keys=("at", "id")),
    ),
)


def acts(
    viewer: Viewer,
    selection: Selection = EVERYTHING,
    *,
    about: uuid.UUID | None = None,
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[AuditEntry], int]:
    """The acts of the office in the viewer's area, newest first, and how many; ``about``: done to that one alone.

    Work is never listed by whom and when it was done (red line 2): see ``core.queries.work_by_day``.
    """
    rows = AuditEntry.objects.filter(in_scopes(viewer.scopes(Verb.SEE_AUDIT), "scope"), verb__in=OFFICE)
    rows = rows.filter(subject=about) if about else rows
    entries = selection.of(rows, "-at", "-id")
    return list(entries[offset : offset + limit]), entries.count()


def users(
    viewer: Viewer, selection: Selection = EVERYTHING, *, limit: int = 100, offset: int = 0
) -> tuple[list[User], int]:
    """The accounts the viewer manages, by name, with their assignments, and how many."""
    managed = User.objects.filter(pk__in=accounts.managed(viewer).values("pk"))
    people = selection.of(managed, "name", "username")
    return list(people.prefetch_related("assignments")[offset : offset + limit]), people.count()


def managed_among(viewer: Viewer, users: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of some accounts that the viewer manages."""
    return set(accounts.managed(viewer).filter(pk__in=list(users)).values_list("pk", flat=True))


def _post(asked: Condition, today: dt.date) -> Q:
    """Whoever holds one of these roles."""
    held = Exists(_posts(today).filter(role__in=asked.values))
    return Q(held) if asked.op is Op.IS else ~Q(held)


def _place(asked: Condition, today: dt.date) -> Q:
    """Whoever holds a post in one of these areas."""
    held = Exists(_posts(today).filter(in_scopes(asked.values, "scope")))
    return Q(held) if asked.op is Op.IS else ~Q(held)


def _posts(today: dt.date) -> QuerySet[Assignment]:
    standing = Q(to_on__isnull=True) | Q(to_on__gte=today)
    return Assignment.objects.filter(standing, user=OuterRef("pk")).exclude(state=State.DECLINED)


def accounts_list(places: Mapping[str, str]) -> PlainList:
    """The list of accounts; ``places``: the areas whose accounts the viewer manages, code prefix → name."""
    return PlainList(
        code="people",
        label="账号",
        unit="个",
        verb=Verb.MANAGE_ACCOUNTS,
        fields=(
            ListField(name="name", label="姓名", type=Type.TEXT, path="name", shown=to_all, through=True, always=True),
            choice_field("role", "岗位", {str(role): label for role, label in LABELS.items()}, asks=_post),
            choice_field("place", "范围", places, asks=_place),
            choice_field("is_active", "账号", {"True": "在用", "False": "已停用"}),
        ),
        sorts=(
            Sort(code="name", label="按姓名排", keys=("name", "username")),
            Sort(code="number", label="按工号排", keys=("staff_number", "username")),
            Sort(code="code", label="按登录名排", keys=("username",)),
        ),
    )
