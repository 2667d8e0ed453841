"""Whose views a list offers and what is kept of them, with views of others and of other lists beside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Held, NotPermitted, Role, Viewer
from gridwalk.core import ids
from gridwalk.core.queries import NotHere
from gridwalk.lists import actions, queries, rules
from gridwalk.lists.models import Export, SavedView
from gridwalk.lists.rules import Condition, ListError, Op, View
from gridwalk.registry.queries.lists import DOORS, PERSONS
from gridwalk.registry.tests.street import FIRST, SECOND

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # tables over a whole room
OLD = View(columns=("name", "sex"), conditions=(Condition("born_on", Op.OLDER, ("21900",)),), sort="name")


def viewer(at: dt.datetime, name: str, scope: str = FIRST) -> Viewer:
    user = User.objects.create(username=name, name=name, created_at=at)
    return Viewer(user.pk, name, (Held(Role.COMMUNITY_LEAD, scope),))


def kept(at: dt.datetime, owner: Viewer, name: str, code: str = PERSONS.code, **values: Any) -> SavedView:
    facts = {"view": rules.to_json(OLD), "created_at": at, **values}
    return SavedView.objects.create(owner=User.objects.get(username=owner.name), list=code, name=name, **facts)


def test_ones_own_views_of_a_list_come_first_and_then_those_shared_where_one_works(at: dt.datetime) -> None:
    me, colleague = viewer(at, "me"), viewer(at, "colleague")
    own = [kept(at, me, "乙"), kept(at, me, "甲", shared_in=FIRST)]
    shared = [kept(at, colleague, "丁", shared_in=FIRST[:9]), kept(at, colleague, "丙", shared_in=FIRST)]
    columns = kept(at, me, "")
    doors = kept(at, me, "房屋", DOORS.code)
    hidden = [
        kept(at, colleague, "没共享"),
        kept(at, colleague, "别处", shared_in=SECOND),
        kept(at, colleague, ""),
    ]
    kept(at, colleague, "别的名单", DOORS.code, shared_in=FIRST)
    by_name = [view.name for view in sorted(own, key=lambda view: view.name)]
    theirs = [view.name for view in sorted(shared, key=lambda view: view.name)]
    assert [view.name for view in queries.views_of(me, PERSONS)] == [*by_name, *theirs]
    assert {view.name for view in queries.views_of(me, DOORS)} == {"房屋", "别的名单"}
    for view in (*own, *shared, doors):
        assert queries.get_view(me, view.pk) == view
    for view in (*hidden, columns):
        with pytest.raises(NotHere):
            queries.get_view(me, view.pk)
    with pytest.raises(NotHere):
        queries.get_view(me, ids.new_id())


def test_a_list_begins_with_the_columns_one_chose_oneself_for_it(at: dt.datetime) -> None:
    me, colleague = viewer(at, "me"), viewer(at, "colleague")
    for listing, who in ((PERSONS, colleague), (DOORS, me)):
        actions.keep_columns(actor=who, at=at, listing=listing, view=View(columns=("grid",), sort="grid"))
    kept(at, me, "甲")
    assert queries.own_columns(me, PERSONS) == PERSONS.view
    actions.keep_columns(actor=me, at=at, listing=PERSONS, view=OLD)
    mine = queries.own_columns(me, PERSONS)
    assert (mine.columns, mine.sort, mine.conditions) == (OLD.columns, "name", PERSONS.view.conditions)
    assert queries.own_columns(colleague, PERSONS).columns == ("grid",)


def test_fifty_views_of_a_list_are_kept_and_one_of_them_can_be_replaced(at: dt.datetime) -> None:
    me, colleague = viewer(at, "me"), viewer(at, "colleague")
    rows = [
        SavedView(
            owner=User.objects.get(username=who.name), list=code, name=str(n), view=rules.to_json(OLD), created_at=at
        )
        for who, code, many in ((me, PERSONS.code, 49), (me, DOORS.code, 9), (colleague, PERSONS.code, 9))
        for n in range(many)
    ]
    SavedView.objects.bulk_create(rows)
    kept(at, me, "")
    given: dict[str, Any] = {"actor": me, "at": at, "listing": PERSONS, "view": OLD}
    assert actions.save_view(name=" 老人 ", **given).name == "老人"
    with pytest.raises(ListError, match="最多存 50 个视图"):
        actions.save_view(name="老人二", **given)
    actions.save_view(name="老人", **given)
    for name, why in (("", "起个名字"), ("  ", "起个名字"), ("老" * 21, "起个名字"), ("12012345678", "不要写证件号")):
        with pytest.raises(ListError, match=why):
            actions.save_view(name=name, **given)
    actions.save_view(**{**given, "actor": colleague}, name="老" * 20)
    assert SavedView.objects.filter(owner_id=me.id, list=PERSONS.code).exclude(name="").count() == 50


def test_only_ones_own_view_is_shared_where_one_works_or_removed_and_the_others_stay(at: dt.datetime) -> None:
    me, colleague = viewer(at, "me"), viewer(at, "colleague")
    view, other, theirs = kept(at, me, "甲"), kept(at, me, "乙"), kept(at, colleague, "甲", shared_in=FIRST)
    inside = kept(at, me, "空着的", DOORS.code, view=rules.to_json(View(columns=("occupancy",), sort="address")))
    asks = View(columns=("name",), conditions=(Condition("id_no", Op.EQUALS, ("0" * 64,)),), sort="name")
    by_number = kept(at, me, "0.7 存的", view=rules.to_json(asks))
    share: dict[str, Any] = {"actor": me, "at": at, "listing": PERSONS}
    actions.share_view(view=view, scope=FIRST, **share)
    with pytest.raises(ListError, match="这个视图是别人的"):
        actions.share_view(view=theirs, scope="", **share)
    with pytest.raises(ListError, match="只有自己能打开"):
        actions.share_view(view=inside, scope=FIRST, **{**share, "listing": DOORS})
    with pytest.raises(ListError, match="没有共享：视图里有按号码找的条件"):
        actions.share_view(view=by_number, scope=FIRST, **share)
    with pytest.raises(NotPermitted):
        actions.share_view(view=view, scope=SECOND, **share)
    in_area = dict(SavedView.objects.values_list("pk", "shared_in"))
    assert in_area == {view.pk: FIRST, other.pk: "", theirs.pk: FIRST, inside.pk: "", by_number.pk: ""}
    actions.share_view(view=view, scope="", **share)
    assert SavedView.objects.get(pk=view.pk).shared_in == ""
    with pytest.raises(ListError, match="没有删：这个视图是别人的"):
        actions.remove_view(actor=me, at=at, view=theirs)
    actions.remove_view(actor=me, at=at, view=view)
    assert set(SavedView.objects.values_list("pk", flat=True)) == {other.pk, theirs.pk, inside.pk, by_number.pk}


def test_a_record_is_told_which_lists_with_it_were_taken_away(at: dt.datetime) -> None:
    me = viewer(at, "me")
    record, other = ids.new_id(), ids.new_id()
    took: dict[str, Any] = {"actor": me, "at": at, "listing": PERSONS, "view": OLD}
    exports = [actions.take_away(scope=FIRST, entities=entities, **took) for entities in ([record, other], [other])]
    assert queries.exports_with(record) == {exports[0].pk}
    assert queries.exports_with(other) == {export.pk for export in exports}
    with pytest.raises(NotPermitted):
        actions.take_away(scope=SECOND, entities=[record], **took)
    inside = View(columns=("occupancy",), sort="address")
    with pytest.raises(ListError, match="没有导出"):
        actions.take_away(**{**took, "listing": DOORS, "view": inside}, scope=FIRST, entities=[record])
    assert Export.objects.count() == 2
