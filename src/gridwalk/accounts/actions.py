"""Writing accounts: made by an administrator, never with a default password, every change audited."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import Q

from gridwalk.accounts import locking, persons, queries, rules
from gridwalk.accounts.models import Assignment, User
from gridwalk.accounts.rules import LABELS, Role, State, Verb, Viewer
from gridwalk.core import actions as core
from gridwalk.core import clock, envelope
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method import phones

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class AccountError(Exception):
    """An account that cannot be written so; the text says why."""


def random_password(*, groups: int = 7) -> str:
    """Groups of four characters that are easy to read aloud, seven of them 138 bits; with letters, digits, dashes."""
    while True:
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))
        if any(c.isdigit() for c in password) and any(c.isalpha() for c in password):
            return password


def _check_password(password: str, user: User) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise AccountError("密码没有存：" + " ".join(error.messages)) from error


def office(actor: Viewer) -> str:
    """The area whose administrator acts: there, too, it is read in the audit."""
    return next(iter(actor.scopes(Verb.MANAGE_ACCOUNTS)), "")


def create_user(
    *,
    actor: Viewer,
    at: dt.datetime,
    username: str,
    name: str,
    password: str,
    post: str = "",
    work_phone: str = "",
    staff_number: str = "",
    must_change_password: bool = True,
) -> User:
    """Create an account without any assignment. Raises NotPermitted, AccountError."""
    user = new_user(
        actor=actor,
        at=at,
        username=username,
        name=name,
        password=password,
        post=post,
        work_phone=work_phone,
        staff_number=staff_number,
        must_change_password=must_change_password,
    )
    return store_user(actor=actor, at=at, user=user)


def new_user(
    *,
    actor: Viewer,
    at: dt.datetime,
    username: str,
    name: str,
    password: str,
    post: str = "",
    work_phone: str = "",
    staff_number: str = "",
    scope: str = "",
    must_change_password: bool = True,
) -> User:
    """An account that is not stored yet; ``scope``: of the post it will have. Raises NotPermitted, AccountError."""
    if not actor.may_anywhere(Verb.MANAGE_ACCOUNTS):
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    username = rules.sign_in_name(username)
    for fault in rules.name_faults(username=username, name=name, post=post).values():
        raise AccountError(f"没有存：{fault}。")
    if User.objects.filter(username=username).exists():
        raise AccountError(f"登录名“{username}”已有人用，换一个再存。")
    user = User(
        username=username,
        name=name.strip(),
        post=post.strip(),
        created_at=at,
        must_change_password=must_change_password,
    )
    _write_phone(user, work_phone)
    _write_number(user, staff_number, street=(scope or office(actor))[: rules.ONE_STREET])
    _check_password(password, user)
    user.set_password(password)
    return user


def store_user(*, actor: Viewer, at: dt.datetime, user: User) -> User:
    """Store a new account. Raises NotPermitted."""
    if not actor.may_anywhere(Verb.MANAGE_ACCOUNTS):
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    with core.write_to(actor=actor, at=at) as writing:
        user.save(force_insert=True)
        writing.audit(AuditVerb.ACCOUNT_CREATED, scope=office(actor), kind="user", subject=user.id)
    return user


def change_work_phone(*, actor: Viewer, at: dt.datetime, user: User, work_phone: str) -> None:
    """Write down by which telephone somebody is reached at work; empty: by none. Raises NotPermitted, AccountError."""
    require_over(actor, user, at)
    _write_phone(user, work_phone)
    with core.write_to(actor=actor, at=at) as writing:
        user.save(update_fields=["work_phone_sealed"])
        writing.audit(AuditVerb.ACCOUNT_PHONE_CHANGED, scope=office(actor), kind="user", subject=user.id)


def change_staff_number(*, actor: Viewer, at: dt.datetime, user: User, staff_number: str) -> None:
    """Write down somebody's staff number (工号); empty: none. Raises NotPermitted, AccountError."""
    require_over(actor, user, at)
    with core.write_to(actor=actor, at=at) as writing:
        _write_number(user, staff_number, street=(queries.first_scope(user.pk) or office(actor))[: rules.ONE_STREET])
        user.save(update_fields=["staff_number", "staff_street"])
        writing.audit(AuditVerb.ACCOUNT_NUMBER_CHANGED, scope=office(actor), kind="user", subject=user.id)


def _write_number(user: User, typed: str, *, street: str) -> None:
    """A number is somebody's once in a street; another street may give it again."""
    number = typed.strip()
    if fault := rules.staff_number_fault(number):
        raise AccountError(f"没有存：{fault}。")
    same = User.objects.filter(staff_street=street, staff_number=number, is_active=True).exclude(pk=user.pk)
    if number and same.exists():
        raise AccountError(f"没有存：工号“{number}”已有人用，换一个再存。")
    user.staff_number, user.staff_street = number, street


def _write_phone(user: User, typed: str) -> None:
    phone = phones.check(typed)
    if phone.fault not in ("", "empty"):
        raise AccountError(f"没有存：{phone.fault_text}。")
    user.work_phone_sealed = envelope.seal(phone.value, **queries.WORK_PHONE, row=user.id)


def assign(
    *,
    actor: Viewer,
    at: dt.datetime,
    user: uuid.UUID,
    role: Role,
    scope: str,
    from_on: dt.date,
    to_on: dt.date | None = None,
    responsible: bool = False,
) -> Assignment:
    """Give a role over an area from a day on; from then a new responsible person takes the place of the one before.

    A role that sees rows or keeps the accounts is only proposed: it works once the street centre has confirmed it
    (``confirm_roles``). What the program itself sets up needs nobody else. Raises NotPermitted, AccountError.
    """
    rules.require(actor, Verb.MANAGE_ACCOUNTS, scope)
    if to_on is not None and to_on < from_on:
        raise AccountError("没有存：结束日期早于开始日期。")
    if actor.id == user:
        raise AccountError("没有存：岗位不能给自己，请另一位管理员来办。")
    if not actor.everything and not rules.fits(role, scope):
        raise AccountError(f"没有存：{LABELS[role]}的范围要选{rules.where_it_fits(role)}。")
    if responsible and not rules.can_be_named(role, scope):
        raise AccountError(f"没有存：{rules.WHO_IS_NAMED}。去掉“设为责任人”的勾，再添加岗位。")
    proposed = rules.takes_two(role) and not actor.everything
    with core.write_to(actor=actor, at=at) as writing:
        if not actor.everything:
            _require_may_hold(user, role, from_on)
        _take_number_along(user, scope)
        assignment = Assignment.objects.create(
            user_id=user,
            role=role,
            scope=scope,
            from_on=from_on,
            to_on=to_on,
            responsible=responsible,
            state=State.PROPOSED if proposed else State.CONFIRMED,
            proposed_by=actor.id,
            proposed_at=at,
        )
        verb = AuditVerb.ACCOUNT_ROLE_PROPOSED if proposed else AuditVerb.ACCOUNT_ASSIGNED
        writing.audit(verb, scope=scope, kind="user", subject=user, data={"role": str(role)})
    return assignment


def _take_number_along(user: uuid.UUID, scope: str) -> None:
    """Who has no post yet brings the staff number into the street of the first one."""
    account = User.objects.exclude(staff_number="").filter(pk=user, assignments__isnull=True).first()
    if account is not None and account.staff_street != scope[: rules.ONE_STREET]:
        _write_number(account, account.staff_number, street=scope[: rules.ONE_STREET])
        account.save(update_fields=["staff_street"])


def _require_may_hold(user: uuid.UUID, role: Role, from_on: dt.date) -> None:
    User.objects.select_for_update().get(pk=user)  # of two roles given at the same moment the later one sees the other
    others = Assignment.objects.exclude(state=State.DECLINED).filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on))
    for other in others.filter(user=user):
        if not rules.may_hold_both(role, Role(other.role)):
            raise AccountError("没有存：管账号的人看不到居民，这两种岗位不能给同一个人。")


def confirm_roles(*, actor: Viewer, at: dt.datetime, assignments: Collection[uuid.UUID]) -> list[Assignment]:
    """Confirm proposed roles, all or none; from now on they work. Raises NotHere, AccountError."""
    return _decide(actor, at, assignments, State.CONFIRMED, AuditVerb.ACCOUNT_ASSIGNED)


def decline_roles(*, actor: Viewer, at: dt.datetime, assignments: Collection[uuid.UUID]) -> list[Assignment]:
    """Decline proposed roles, all or none; they never work. Raises NotHere, AccountError."""
    return _decide(actor, at, assignments, State.DECLINED, AuditVerb.ACCOUNT_ROLE_DECLINED)


def _decide(
    actor: Viewer, at: dt.datetime, assignments: Collection[uuid.UUID], state: State, verb: AuditVerb
) -> list[Assignment]:
    if not assignments:
        raise AccountError("没有定：先勾选要定的岗位。")
    with core.write_to(actor=actor, at=at) as writing:
        proposals = list(
            Assignment.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(pk__in=assignments, state=State.PROPOSED)
        )
        if len(proposals) != len(set(assignments)) or not all(
            actor.may(Verb.CONFIRM_ROLES, proposal.scope) for proposal in proposals
        ):
            raise NotHere
        for proposal in proposals:
            _require_second(actor, proposal)
            proposal.state, proposal.decided_by = state, actor.id
            proposal.save(update_fields=["state", "decided_by"])
            writing.audit(
                verb, scope=proposal.scope, kind="user", subject=proposal.user_id, data={"role": proposal.role}
            )
    return proposals


def _require_second(actor: Viewer, proposal: Assignment) -> None:
    """Nobody decides for themselves; what one has proposed oneself only in a trial by one person."""
    if actor.id == proposal.user_id:
        raise AccountError("没有定：给自己的岗位，要另一个人来定。")
    if actor.id == proposal.proposed_by and not rules.is_alone(actor.roles):
        raise AccountError("没有定：自己提的岗位，要另一个人来定。")
    if persons.are_one(actor.id, [proposal.user_id, proposal.proposed_by]) and not rules.is_alone(actor.roles):
        raise AccountError(persons.SAME)


def end_assignment(*, actor: Viewer, at: dt.datetime, assignment: uuid.UUID, on: dt.date) -> None:
    """End an assignment after the day ``on``. Raises NotHere."""
    ending = Assignment.objects.filter(pk=assignment).first()
    if ending is None or not actor.may(Verb.MANAGE_ACCOUNTS, ending.scope):
        raise NotHere
    with core.write_to(actor=actor, at=at) as writing:
        Assignment.objects.filter(pk=assignment).update(to_on=on)
        role = {"role": ending.role}
        writing.audit(AuditVerb.ACCOUNT_UNASSIGNED, scope=ending.scope, kind="user", subject=ending.user_id, data=role)


def resume_assignment(*, actor: Viewer, at: dt.datetime, assignment: uuid.UUID, to_on: dt.date | None) -> None:
    """Let an assignment that was ended by mistake run on, until ``to_on``. Raises NotHere, AccountError."""
    ended = Assignment.objects.filter(pk=assignment).first()
    if ended is None or not actor.may(Verb.MANAGE_ACCOUNTS, ended.scope):
        raise NotHere
    if actor.id == ended.user_id:
        raise AccountError("没有撤销：岗位不能给自己，请另一位管理员来办。")
    with core.write_to(actor=actor, at=at) as writing:
        if not actor.everything:
            _require_may_hold(ended.user_id, Role(ended.role), clock.local_date(at))
        Assignment.objects.filter(pk=assignment).update(to_on=to_on)
        writing.audit(
            AuditVerb.ACCOUNT_RESUMED, scope=ended.scope, kind="user", subject=ended.user_id, data={"role": ended.role}
        )


def name_responsible(*, user: uuid.UUID, scope: str, on: dt.date) -> uuid.UUID | None:
    """Step: name somebody who has a post over just this area as its responsible person; the post where that is new."""
    role = rules.NAMED.get(len(scope), "")
    post = queries.posted(on).filter(user=user, scope=scope, role=role, responsible=False).first()
    if post is None:
        return None
    post.responsible = True
    post.save(update_fields=["responsible"])
    return post.pk


def appoint(*, actor: Viewer, at: dt.datetime, user: uuid.UUID, scope: str) -> None:
    """Name a grid's worker or a community's lead as its only responsible person. Raises NotPermitted, AccountError."""
    rules.require(actor, Verb.MANAGE_ACCOUNTS, scope)
    posts = queries.posted(clock.local_date(at)).filter(scope=scope)
    own = posts.filter(user=user, role=rules.NAMED.get(len(scope), ""))
    if not own.exists():
        raise AccountError(f"没有写：这个人在这里没有生效的岗位。{rules.WHO_IS_NAMED}，先给岗位，再设为责任人。")
    with core.write_to(actor=actor, at=at) as writing:
        posts.exclude(pk__in=own).update(responsible=False)
        own.update(responsible=True)
        writing.audit(AuditVerb.ACCOUNT_APPOINTED, scope=scope, kind="user", subject=user)


def require_over(actor: Viewer, user: User, at: dt.datetime) -> None:
    """Whoever takes over an account holds all it may do: none that reaches beyond the actor's own areas.

    Raises NotPermitted.
    """
    if not actor.may_anywhere(Verb.MANAGE_ACCOUNTS):
        raise rules.NotPermitted(Verb.MANAGE_ACCOUNTS)
    today = clock.local_date(at)
    for standing in Assignment.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=today), user=user):
        rules.require(actor, Verb.MANAGE_ACCOUNTS, standing.scope)


def unlock(*, actor: Viewer, at: dt.datetime, user: User) -> None:
    """Lift a lock-out after wrong passwords. Raises NotPermitted."""
    require_over(actor, user, at)
    with core.write_to(actor=actor, at=at) as writing:
        locking.forgive(user.username)
        writing.audit(AuditVerb.ACCOUNT_UNLOCKED, scope=office(actor), kind="user", subject=user.id)


def change_own_password(*, user: User, password: str, at: dt.datetime) -> None:
    """A user's own new password. Raises AccountError."""
    if user.check_password(password):
        raise AccountError("密码没有存：和现在的一样，请换一个。")
    _check_password(password, user)
    scope = queries.first_scope(user.id)
    with core.write_to(actor=user, at=at) as writing:
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        writing.audit(AuditVerb.ACCOUNT_PASSWORD_CHANGED, scope=scope, kind="user", subject=user.id)


def note_sign_in(*, user: User, at: dt.datetime, address: str | None, factor: str = "password") -> None:
    """Audit that somebody has come in, password and code all right; what was tried at that address is forgiven.

    ``factor``: what was asked for last.
    """
    scope = queries.first_scope(user.id)
    with core.write_to(actor=user, at=at) as writing:
        if address:
            locking.forgive(user.username, address)
        writing.audit(AuditVerb.ACCOUNT_SIGNED_IN, scope=scope, kind="user", subject=user.id, data={"factor": factor})


def require_new_password(*, user: User, at: dt.datetime) -> None:
    """Have a password changed whose time is over (the profile of 等保三级)."""
    with core.write_to(actor=user, at=at) as writing:
        User.objects.filter(pk=user.pk).update(must_change_password=True)
        writing.audit(AuditVerb.ACCOUNT_PASSWORD_AGED, scope=queries.first_scope(user.id), kind="user", subject=user.id)


def deactivate(*, actor: Viewer, at: dt.datetime, user: User) -> None:
    """Close an account; what it did stays under its name. Raises NotPermitted, AccountError."""
    require_over(actor, user, at)
    if actor.id == user.id:
        raise AccountError("没有停用：不能停用自己的账号，请另一位管理员来办。")
    with core.write_to(actor=actor, at=at) as writing:
        user.is_active, user.work_phone_sealed = False, ""
        user.save(update_fields=["is_active", "work_phone_sealed"])
        writing.audit(AuditVerb.ACCOUNT_DEACTIVATED, scope=office(actor), kind="user", subject=user.id)


def follow_grids(writing: Writing, *, old: Sequence[str], new: Mapping[str, uuid.UUID], from_on: dt.date) -> None:
    """Step: when grids are split or merged, who looked after the old ones looks after the new ones from a day on.

    ``new``: new grid → its responsible worker; assignments to the old grids end the day before.
    """
    standing = Assignment.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on), scope__in=list(old))
    for ended in standing:
        writing.audit(
            AuditVerb.ACCOUNT_UNASSIGNED,
            scope=ended.scope,
            kind="user",
            subject=ended.user_id,
            data={"role": ended.role},
        )
    standing.update(to_on=from_on - dt.timedelta(days=1))
    for code, user in new.items():
        Assignment.objects.create(user_id=user, role=Role.GRID_WORKER, scope=code, from_on=from_on, responsible=True)
        writing.audit(
            AuditVerb.ACCOUNT_ASSIGNED, scope=code, kind="user", subject=user, data={"role": str(Role.GRID_WORKER)}
        )
