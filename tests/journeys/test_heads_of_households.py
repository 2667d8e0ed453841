"""户主: a household that loses its head is asked who is head now; one without a head, or with several, is a case."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from gridwalk.accounts.rules import Role
from gridwalk.core.models import AuditEntry
from gridwalk.registry.models import Difference, Dwelling, Person, Recheck
from tests.harness.campaign import COMMUNITY, PEOPLE, confirm, id_no, move_in, upload, workbook
from tests.harness.people import SignIn
from tests.journeys import test_merging as merging
from tests.journeys import test_moving as moving

pytestmark = pytest.mark.slow
ROOM = "101"
"""程望舒 (head) and 程兰因, his mother, live there."""


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


@pytest.fixture
def second(street: Client, sign_in: SignIn) -> Client:
    """Another lead of the community, who rechecks."""
    return sign_in(Role.COMMUNITY_LEAD, COMMUNITY)


@pytest.fixture
def family(street: Client) -> Dwelling:
    """The door with its head, his mother and his child."""
    door = Dwelling.objects.get(room=ROOM)
    move_in(street, door.pk, "程小满", id_no=id_no(4, "20150101"), relation="子女")
    for name, relation in (("程望舒", "户主"), ("程兰因", "父母")):
        person = Person.objects.get(name=name)
        street.post(f"/correct/person/{person.pk}/", {"relation": relation, "reason": "看了户口簿"})
    return door


def relations(*names: str) -> list[str]:
    by_name = dict(Person.objects.filter(name__in=names).values_list("name", "relation"))
    return [by_name[name] for name in names]


def person(name: str) -> Person:
    return Person.objects.get(name=name)


def propose_death(client: Client, who: Person, **more: str) -> Any:
    form = {"proposed": "deceased", "evidence": "death_certificate", "reason": "看了证明"}
    return client.post(f"/ends/person/{who.pk}/", form | more, follow=True)


def recheck(client: Client, **more: str) -> str:
    waiting = Recheck.objects.get(state="open")
    form = {"confirmed": "1", "note": "打过电话", **more}
    return words(client.post(f"/rechecks/end/{waiting.pk}/", form, follow=True))


def n_cases(client: Client, label: str) -> int:
    number = re.search(rf">{label}\s+<(?:b|span class=\"s\")>(\d+)<", words(client.get("/bench/")))
    assert number, label
    return int(number[1])


def test_the_recheck_of_a_heads_death_asks_who_is_head_now_and_guesses_nobodys_relation(
    street: Client, second: Client, family: Dwelling
) -> None:
    head, mother, child = person("程望舒"), person("程兰因"), person("程小满")
    page = words(street.get(f"/ends/person/{head.pk}/"))
    assert "这一户没有户主了" in page
    assert "这一户没有户主了" not in words(street.get(f"/ends/person/{mother.pk}/"))
    propose_death(street, head)
    assert "这一户没有户主了" in words(second.get("/rechecks/"))
    page = words(second.get(f"/ends/person/{head.pk}/"))
    assert f'<option value="{mother.pk}"' in page
    assert f'<option value="{head.pk}"' not in page
    chosen = {"heads": "1", f"head-{family.pk}": str(mother.pk)}
    recheck(second, **chosen)
    head.refresh_from_db()
    assert (head.status, relations("程兰因", "程小满")) == ("deceased", ["02", "20/30"])
    asked = Difference.objects.get(state="open", field="relation")
    assert (asked.entity, asked.why, asked.opened("current"), asked.opened("claimed")) == (
        child.pk,
        "head_changed",
        "20/30",
        "",
    )
    assert "户主换了，与户主关系要重问" in words(street.get(f"/differences/{asked.pk}/"))
    assert AuditEntry.objects.get(verb="household.head_named").subject == family.pk
    assert "写明了户主" in words(street.get(f"/doors/{family.pk}/"))
    assert (n_cases(street, "一户没有户主"), Recheck.objects.get().heads) == (0, [])
    street.post(f"/correct/person/{child.pk}/", {"relation": "孙辈", "reason": "问过奶奶"})
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("closed", "已重新问过")


def test_whom_the_proposer_names_is_head_unless_the_rechecker_says_otherwise(
    street: Client, second: Client, family: Dwelling
) -> None:
    head, mother, child = person("程望舒"), person("程兰因"), person("程小满")
    named = {f"head-{family.pk}": str(mother.pk), f"relation-{child.pk}": "40"}
    propose_death(street, head, **named)
    assert relations("程兰因") == ["50"], "nothing before the recheck"
    page = words(second.get(f"/ends/person/{head.pk}/"))
    assert f'<option value="{mother.pk}" selected>' in page
    assert '<option value="40" selected>' in page
    recheck(second)
    assert relations("程兰因", "程小满") == ["02", "40"]
    assert not Difference.objects.filter(field="relation").exists(), "what was said is not asked"

    propose_death(street, mother, **{f"head-{family.pk}": str(child.pk)})
    recheck(second, heads="1", **{f"head-{family.pk}": ""})
    assert (relations("程小满"), n_cases(street, "一户没有户主")) == (["40"], 1)


def test_nobody_names_a_head_of_another_community_or_one_who_is_gone(
    street: Client, second: Client, family: Dwelling, sign_in: SignIn
) -> None:
    head, mother, child = person("程望舒"), person("程兰因"), person("程小满")
    propose_death(street, head, **{f"head-{family.pk}": str(mother.pk)})
    form = {f"head-{family.pk}": str(mother.pk)}
    stranger = sign_in(Role.COMMUNITY_LEAD, "120105001024")
    assert stranger.post(f"/bench/no_head/{family.pk}/head/", form).status_code == 404
    waiting = Recheck.objects.get(state="open")
    centre = sign_in(Role.STREET_CENTRE, "120105001")
    assert "由社区写明" not in words(centre.get("/rechecks/"))
    masked = centre.post(f"/rechecks/end/{waiting.pk}/", {"confirmed": "1", "note": "问过", "heads": "1", **form})
    assert masked.status_code == 404, "who sees rows masked names nobody"
    Person.objects.filter(pk=mother.pk).update(status="moved_away")
    assert "选的人已经不在这一户" in recheck(second)
    head.refresh_from_db()
    assert head.status == "active"
    recheck(second, heads="1", **{f"head-{family.pk}": str(child.pk)})
    assert relations("程小满") == ["02"]


def test_a_household_without_a_head_and_one_with_several_are_cases_that_naming_one_closes(
    street: Client, second: Client, family: Dwelling
) -> None:
    mother, child = person("程兰因"), person("程小满")
    propose_death(street, person("程望舒"))
    recheck(second, heads="1")
    assert n_cases(street, "一户没有户主") == 1
    page = words(street.get("/bench/", {"check": "no_head"}))
    assert "2 人写着是户主的什么人，这一户却没有户主" in page
    assert "如户主在外面住，或集体户" in page
    path = f"/bench/no_head/{family.pk}/head/"
    assert "先选现在谁是户主" in words(street.post(path, {f"head-{family.pk}": ""}, follow=True))
    form = {f"head-{family.pk}": str(mother.pk), f"relation-{child.pk}": "40"}
    assert "户主写好了" in words(street.post(path, form, follow=True))
    assert (relations("程兰因", "程小满"), n_cases(street, "一户没有户主")) == (["02", "40"], 0)

    row = ["海河花园", "5号楼", "1单元", ROOM, "程又青", "女", id_no(6), "1980-01-01", "", "常住", "汉", "户主"]
    confirm(street, upload(street, workbook("又一本", [[*PEOPLE[0], "与户主关系"], row])))
    assert n_cases(street, "一户几个户主") == 1
    page = words(street.get("/bench/", {"check": "several_heads"}))
    assert "这一户有 2 个户主" in page
    other = person("程又青")
    path = f"/bench/several_heads/{family.pk}/head/"
    refused = words(street.post(path, {f"head-{family.pk}": str(mother.pk)}, follow=True))
    assert "还有 1 人也写着户主" in refused
    form = {f"head-{family.pk}": str(mother.pk), f"relation-{other.pk}": "20/30"}
    street.post(path, form)
    assert (relations("程兰因", "程又青"), n_cases(street, "一户几个户主")) == (["02", "20/30"], 0)
    assert not Difference.objects.filter(field="relation", state="open").exists(), "she was head before: nothing to ask"


def test_an_arrival_that_makes_a_second_head_is_a_case_until_it_is_taken_back(street: Client, family: Dwelling) -> None:
    move_in(street, family.pk, "程又青", id_no=id_no(6), relation="户主")
    assert n_cases(street, "一户几个户主") == 1
    event = AuditEntry.objects.filter(verb="daily.recorded").latest("at").data["op"]
    street.post(f"/daily/recorded/{event}/undo/")
    assert n_cases(street, "一户几个户主") == 0
    street.post(
        f"/daily/moved_out/dwelling/{family.pk}/",
        {"who": [str(person("程望舒").pk)], "where": "unknown", "keeps": "leaves", "on": "2026-10-01", "told": "self"},
    )
    assert n_cases(street, "一户没有户主") == 1
    assert "这一户却没有户主" in words(street.get(f"/doors/{family.pk}/"))


def test_a_head_who_moves_away_by_a_plan_leaves_the_question_with_its_recheck(
    street: Client, second: Client, family: Dwelling
) -> None:
    head, mother = person("程望舒"), person("程兰因")
    new = Dwelling.objects.get(room="202")
    merging.add(street, "202", "韩又青", relation="户主")
    moving.propose(street, family, new, people=[str(head.pk)], old_door="same", registration="along")
    page, path = _plan(second)
    assert "这一户没有户主了" in page
    assert f"{new.address} 会有 2 个户主" in page
    assert f'<option value="{mother.pk}"' in page
    form = {"seen": moving.seen(page), "confirmed": "1", "note": "问过", f"head-{family.pk}": str(mother.pk)}
    assert "办好了" in words(second.post(f"{path}decide/", form, follow=True))
    assert relations("程兰因", "程小满") == ["02", "20/30"]
    assert (n_cases(street, "一户没有户主"), n_cases(street, "一户几个户主")) == (0, 1)
    asked = Difference.objects.get(state="open", why="head_changed")

    undone = words(second.post(f"{path}undo/", {"reason": "没有搬成"}, follow=True))
    assert "撤销了" in undone and "没有动" not in undone
    assert relations("程望舒", "程兰因", "程小满") == ["02", "50", "20/30"]
    mother.refresh_from_db()
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("closed", "更正方案撤销了")
    assert mother.heads["relation"] != str(asked.head), "her word has the head it had"
    assert (n_cases(street, "一户没有户主"), n_cases(street, "一户几个户主")) == (0, 0)


def test_who_has_said_otherwise_since_keeps_their_word_when_the_plan_is_undone(
    street: Client, second: Client, family: Dwelling
) -> None:
    head, mother, child = person("程望舒"), person("程兰因"), person("程小满")
    moving.propose(street, family, Dwelling.objects.get(room="202"), people=[str(head.pk)], old_door="same")
    page, path = _plan(second)
    named = {f"head-{family.pk}": str(mother.pk), f"relation-{child.pk}": "40"}
    second.post(f"{path}decide/", {"seen": moving.seen(page), "confirmed": "1", "note": "问过", **named})
    street.post(f"/correct/person/{child.pk}/", {"relation": "其他", "reason": "问过奶奶"})
    said = relations("程小满")
    undone = words(second.post(f"{path}undo/", {"reason": "没有搬成"}, follow=True))
    assert "1 人的与户主关系后来又改过，没有动" in undone
    assert relations("程兰因", "程小满") == ["50", *said]


def test_a_question_that_was_answered_stays_answered_when_the_plan_is_undone(
    street: Client, second: Client, family: Dwelling
) -> None:
    head, mother = person("程望舒"), person("程兰因")
    moving.propose(street, family, Dwelling.objects.get(room="202"), people=[str(head.pk)], old_door="same")
    page, path = _plan(second)
    form = {"seen": moving.seen(page), "confirmed": "1", "note": "问过", f"head-{family.pk}": str(mother.pk)}
    second.post(f"{path}decide/", form)
    asked = Difference.objects.get(state="open", why="head_changed")
    decided = street.post(f"/differences/{asked.pk}/decide/", {"decision": "keep", "reason": "问过奶奶"})
    assert decided.status_code in {200, 302}
    second.post(f"{path}undo/", {"reason": "没有搬成"})
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("kept", "问过奶奶")


@pytest.mark.parametrize(("given", "asked"), [({"link": True}, True), ({"side-relation": "go"}, True), ({}, False)])
def test_a_record_of_a_head_that_is_split_leaves_the_question_with_its_recheck(
    street: Client, second: Client, family: Dwelling, given: dict[str, Any], asked: bool
) -> None:
    head, mother = person("程望舒"), person("程兰因")
    path = f"/upkeep/split/{head.pk}/"
    form = {"name": "程望书", "evidence": "household_book", "reason": "两人同音，登成了一条", "side-phone": "both"}
    form |= {"link": str(head.residences.get().pk)} if given.pop("link", None) else given
    street.post(path, {"seen": moving.seen(words(street.get(path))), **form})
    page, path = _plan(second)
    assert ("这一户没有户主了" in page, f'<option value="{mother.pk}"' in page) == (asked, asked)
    decided = {"seen": moving.seen(page), "confirmed": "1", "note": "问过"}
    decided |= {f"head-{family.pk}": str(mother.pk)} if asked else {}
    assert "办好了" in words(second.post(f"{path}decide/", decided, follow=True))
    assert (relations("程兰因"), n_cases(street, "一户没有户主")) == (["02"] if asked else ["50"], 0)
    second.post(f"{path}undo/", {"reason": "其实是一个人"})
    assert relations("程望舒", "程兰因") == ["02", "50"]


def test_a_head_who_is_merged_into_a_record_elsewhere_leaves_the_question_too(
    street: Client, second: Client, family: Dwelling
) -> None:
    mother = person("程兰因")
    twin = merging.add(street, "201", "程望舒", relation="子女")
    head = Person.objects.exclude(pk=twin.pk).get(name="程望舒")
    home = str(twin.residences.get().pk)
    merging.propose(street, twin, head, home=home, **{"side-relation": "left"})
    page, path = _plan(second)
    assert "这一户没有户主了" in page
    form = {"seen": moving.seen(page), "confirmed": "1", "note": "问过", f"head-{family.pk}": str(mother.pk)}
    assert "办好了" in words(second.post(f"{path}decide/", form, follow=True))
    assert relations("程兰因") == ["02"]


def _plan(client: Client) -> tuple[str, str]:
    link = re.search(r'href="(/upkeep/[\w-]+/)"', words(client.get("/rechecks/")))
    assert link
    return words(client.get(link[1])), link[1]


def test_a_relation_is_written_and_given_back_as_exactly_as_it_was_said(street: Client, family: Dwelling) -> None:
    path = f"/correct/person/{person('程兰因').pk}/"
    assert '<option value="55">岳父</option>' in words(street.get(path))
    street.post(path, {"relation": "岳父", "reason": "看了户口簿"})
    assert relations("程兰因") == ["55"]
    assert "岳父" in words(street.get(f"/doors/{family.pk}/"))
    assert "不认得这个写法" in words(street.post(path, {"relation": "干爹", "reason": "看了户口簿"}))
    chosen = words(street.get(f"/ends/person/{person('程望舒').pk}/"))
    assert '<option value="30"' in chosen and '<option value="32"' not in chosen, "the short list beside each of them"
