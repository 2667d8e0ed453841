"""The one table role × verb, and scopes as code prefixes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwalk.accounts import queries, rules
from gridwalk.accounts.models import User
from gridwalk.accounts.rules import PERMITTED, SYSTEM, Held, NotPermitted, Role, Verb, Viewer
from gridwalk.dictionary.sight import Depth

STREET, COMMUNITY, GRID = "120105001", "120105001001", "120105001001001"
SCOPES = st.text("12", max_size=6)
HELD = st.lists(st.builds(Held, st.sampled_from(Role), SCOPES), max_size=4).map(tuple)


def _viewer(*posts: Held) -> Viewer:
    return Viewer(None, "王试", posts)


def test_every_role_stands_in_the_table_with_a_label() -> None:
    assert set(PERMITTED) == set(Role) == set(rules.LABELS)


def test_personal_data_is_closed_to_those_who_do_not_visit() -> None:
    rows = {Verb.SEE_ROWS, Verb.REVEAL, Verb.SEE_CARE, Verb.EDIT_REGISTER}
    for role in (Role.STREET_CENTRE, Role.DISTRICT_CENTRE, Role.INSPECTOR, Role.LEADING_GROUP, Role.ADMINISTRATOR):
        assert not rows & PERMITTED[role]
    for role in (Role.DISTRICT_CENTRE, Role.LEADING_GROUP, Role.ADMINISTRATOR):
        assert Verb.SEE_ROWS_MASKED not in PERMITTED[role]
    assert rows <= PERMITTED[Role.GRID_WORKER] & PERMITTED[Role.COMMUNITY_LEAD] & PERMITTED[Role.COMMUNITY_CLERK]


def test_a_clerk_writes_and_decides_releases_and_walks_nothing() -> None:
    lacking = PERMITTED[Role.COMMUNITY_LEAD] - PERMITTED[Role.COMMUNITY_CLERK]
    assert lacking == {
        Verb.WALK,
        Verb.DECIDE_DIFFERENCE,
        Verb.RECHECK,
        Verb.DISPATCH,
        Verb.SEE_AUDIT,
        Verb.MANAGE_DEVICES,
    }
    assert PERMITTED[Role.COMMUNITY_CLERK] < PERMITTED[Role.COMMUNITY_LEAD]
    assert Verb.CONFIRM_ROLES not in PERMITTED[Role.COMMUNITY_CLERK]


@pytest.mark.parametrize(
    ("role", "fitting"),
    [
        (Role.GRID_WORKER, [GRID]),
        (Role.COMMUNITY_LEAD, [COMMUNITY]),
        (Role.COMMUNITY_CLERK, [COMMUNITY]),
        (Role.STREET_CENTRE, ["", "120105", STREET]),
        (Role.DISTRICT_CENTRE, ["", "120105", STREET]),
        (Role.INSPECTOR, ["", "120105", STREET, COMMUNITY]),
        (Role.LEADING_GROUP, ["", "120105", STREET]),
        (Role.ADMINISTRATOR, ["", "120105", STREET]),
    ],
)
def test_a_post_is_over_an_area_of_its_kind(role: Role, fitting: list[str]) -> None:
    assert [scope for scope in ("", "120105", STREET, COMMUNITY, GRID) if rules.fits(role, scope)] == fitting


def test_accounts_are_the_administrators_alone_and_roles_the_centres_to_confirm() -> None:
    assert [role for role in Role if Verb.MANAGE_ACCOUNTS in PERMITTED[role]] == [Role.ADMINISTRATOR]
    assert [role for role in Role if Verb.CONFIRM_ROLES in PERMITTED[role]] == [Role.STREET_CENTRE]
    seeing = [Role.GRID_WORKER, Role.COMMUNITY_LEAD, Role.COMMUNITY_CLERK, Role.STREET_CENTRE]
    assert [role for role in Role if rules.takes_two(role)] == [*seeing, Role.ADMINISTRATOR]
    assert not any(rules.may_hold_both(Role.ADMINISTRATOR, role) for role in seeing)
    assert rules.may_hold_both(Role.ADMINISTRATOR, Role.LEADING_GROUP)
    assert rules.may_hold_both(Role.GRID_WORKER, Role.STREET_CENTRE)


def test_a_worker_may_in_the_own_grid_and_is_refused_next_door_and_above() -> None:
    worker = _viewer(Held(Role.GRID_WORKER, GRID))
    rules.require(worker, Verb.RECORD_VISIT, GRID)
    for code in ("120105001001002", COMMUNITY, STREET, ""):
        with pytest.raises(NotPermitted, match="您的岗位没有这项权限"):
            rules.require(worker, Verb.RECORD_VISIT, code)


def test_several_assignments_permit_each_in_its_own_area_only() -> None:
    both = _viewer(Held(Role.GRID_WORKER, GRID), Held(Role.STREET_CENTRE, STREET))
    assert both.may(Verb.SEE_ROWS, GRID)
    assert not both.may(Verb.SEE_ROWS, "120105001001002")
    assert both.may(Verb.SEE_ROWS_MASKED, "120105001001002")
    assert both.scopes(Verb.SEE_ROWS_MASKED) == (STREET,)
    assert both.roles == (Role.GRID_WORKER, Role.STREET_CENTRE)


def test_nobody_without_an_assignment_may_anything_and_the_system_may_all() -> None:
    assert not any(_viewer().may_anywhere(verb) for verb in Verb)
    assert all(SYSTEM.may(verb, GRID) for verb in Verb)


@given(posts=HELD, verb=st.sampled_from(Verb), code=SCOPES)
def test_merged_scopes_permit_exactly_what_the_single_assignments_do(
    posts: tuple[Held, ...], verb: Verb, code: str
) -> None:
    viewer = _viewer(*posts)
    singly = any(verb in PERMITTED[h.role] and code.startswith(h.scope) for h in posts)
    assert viewer.may(verb, code) == singly
    scopes = viewer.scopes(verb)
    assert not any(a != b and a.startswith(b) for a in scopes for b in scopes)


def test_what_may_be_done_within_a_scope_is_all_of_it_its_parts_or_nothing() -> None:
    leads = _viewer(Held(Role.COMMUNITY_LEAD, COMMUNITY), Held(Role.COMMUNITY_LEAD, f"{STREET}007"))
    assert leads.within(Verb.DECIDE_DIFFERENCE, STREET) == (COMMUNITY, f"{STREET}007")
    assert leads.within(Verb.DECIDE_DIFFERENCE, GRID) == (GRID,)
    assert leads.within(Verb.DECIDE_DIFFERENCE, f"{STREET}002") == ()
    assert leads.within(Verb.REGRID, STREET) == ()
    assert SYSTEM.within(Verb.REGRID, STREET) == (STREET,)


@given(posts=HELD, verb=st.sampled_from(Verb), scope=SCOPES, code=SCOPES)
def test_the_parts_of_a_scope_permit_exactly_what_lies_in_it_and_is_permitted(
    posts: tuple[Held, ...], verb: Verb, scope: str, code: str
) -> None:
    viewer = _viewer(*posts)
    parts = viewer.within(verb, scope)
    singly = any(verb in PERMITTED[h.role] and code.startswith(h.scope) for h in posts)
    assert any(code.startswith(part) for part in parts) == (singly and code.startswith(scope))
    assert not any(a != b and a.startswith(b) for a in parts for b in parts)


def test_an_assignment_holds_from_its_first_to_its_last_day() -> None:
    first, last, day = dt.date(2026, 9, 1), dt.date(2026, 12, 9), dt.timedelta(days=1)
    answers = [rules.in_force(first, last, on) for on in (first - day, first, last, last + day)]
    assert answers == [False, True, True, False]
    assert rules.in_force(first, None, dt.date(2099, 1, 1))


def test_the_second_factor_is_asked_of_who_reveals_takes_rows_away_or_makes_accounts() -> None:
    asked = [role for role in Role if rules.needs_second_factor([role])]
    community = [Role.GRID_WORKER, Role.COMMUNITY_LEAD, Role.COMMUNITY_CLERK]
    assert asked == [*community, Role.STREET_CENTRE, Role.ADMINISTRATOR]
    assert rules.needs_second_factor([Role.GRID_WORKER, Role.ADMINISTRATOR])
    assert not rules.needs_second_factor([])


@pytest.mark.parametrize("typed", ["wangli", " WangLi ", "WANGLI"])
def test_one_account_has_one_sign_in_name_however_it_is_typed(typed: str) -> None:
    assert rules.sign_in_name(typed) == "wangli"


def test_a_closed_account_holds_no_post_and_keeps_its_name() -> None:
    closed = User(username="wang", name="王试", is_active=False)
    assert queries.viewer_of(closed, dt.date(2026, 10, 13)) == Viewer(closed.pk, "王试")


@pytest.mark.parametrize(
    ("role", "scope", "depth", "care"),
    [
        (Role.GRID_WORKER, GRID, Depth.ROWS, True),
        (Role.GRID_WORKER, f"{COMMUNITY}002", Depth.COUNTS, False),
        (Role.COMMUNITY_LEAD, COMMUNITY, Depth.ROWS, True),
        (Role.COMMUNITY_CLERK, COMMUNITY, Depth.ROWS, True),
        (Role.COMMUNITY_CLERK, f"{STREET}007", Depth.COUNTS, False),
        (Role.STREET_CENTRE, STREET, Depth.MASKED, False),
        (Role.STREET_CENTRE, "120105002", Depth.COUNTS, False),
        (Role.DISTRICT_CENTRE, STREET[:6], Depth.COUNTS, False),
        (Role.INSPECTOR, STREET, Depth.COUNTS, False),
        (Role.LEADING_GROUP, STREET, Depth.COUNTS, False),
        (Role.ADMINISTRATOR, STREET, Depth.COUNTS, False),
    ],
)
def test_how_deep_a_role_reads_in_a_grid(role: Role, scope: str, depth: Depth, care: bool) -> None:
    reader = _viewer(Held(role, scope)).reader(GRID)
    assert (reader.depth, reader.care) == (depth, care)
