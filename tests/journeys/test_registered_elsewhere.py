"""户在人不在: who is registered in one community and lives in another is found in both, each by what it is to know."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridwalk.accounts.models import User
from gridwalk.accounts.rules import Role
from gridwalk.core import clock
from gridwalk.core.models import AuditEntry
from gridwalk.core.outward import outward
from gridwalk.notices.models import Notice
from gridwalk.reconcile.actions import applying, comparing
from gridwalk.reconcile.models import Comparison, Import, SideRow, Unmatched
from gridwalk.registry.models import Difference, Dwelling, Person, Residence
from gridwalk.registry.tests.street import FAR_GRID, FIRST, GRID, NEXT_GRID, SECOND, Street, id_no, links, phone
from gridwalk.upkeep.models import Plan
from tests.harness.pages import Reader
from tests.harness.people import signed_in

pytestmark = pytest.mark.slow
HEAD = ["小区", "楼栋", "单元", "室号", "姓名", "性别", "身份证号", "联系电话", "居住类别"]


def client_of(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def both(transactional_db: None, at: dt.datetime) -> Street:
    return Street.lay_out(at)


@pytest.fixture
def lives(both: Street, account: Callable[..., User]) -> Client:
    """The lead of the community the person lives in."""
    return client_of(account(Role.COMMUNITY_LEAD, FIRST, name="甲书记"))


@pytest.fixture
def registered(both: Street, account: Callable[..., User]) -> Client:
    """The lead of the community the person is registered in."""
    return client_of(account(Role.COMMUNITY_LEAD, SECOND, name="乙书记"))


@pytest.fixture
def door(both: Street) -> Dwelling:
    """The door of the registration, in the second community."""
    return both.door("901", FAR_GRID)


@pytest.fixture
def somebody(both: Street, door: Dwelling) -> Person:
    """Registered there, living elsewhere; nobody knows where."""
    return both.person("程望舒", door, "registered_here", id_no=id_no(3), phone=phone(1))


@pytest.fixture
def home(both: Street) -> Dwelling:
    return both.door("101", GRID)


def ledger(rows: list[list[Any]]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEAD, *rows]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("人口.xlsx", out.getvalue())


def row(room: str, kind: str, tel: str = "", name: str = "程望舒") -> list[Any]:
    return ["甲里", "1号楼", "1单元", room, name, "男", id_no(3), tel, kind]


def imported(client: Client, scope: str, rows: list[list[Any]]) -> Import:
    answer = client.post("/imports/upload/", {"file": ledger(rows), "scope": scope, "kind": ""})
    pk = uuid.UUID(answer.headers["Location"].split("/")[-2])
    client.post(f"/imports/{pk}/mapping/", {"do": "apply"})
    applying.apply(actor=signed_in(client), at=clock.now(), imported=pk)
    return Import.objects.get(pk=pk)


def search(client: Client, name: str) -> str:
    return client.post("/search/", {"q": name}, follow=True).content.decode()


def test_a_ledger_of_where_they_live_hides_nobody_from_where_they_are_registered(
    somebody: Person, home: Dwelling, door: Dwelling, lives: Client, registered: Client, account: Callable[..., User]
) -> None:
    imported(lives, FIRST, [row("101", "人在户不在", phone(2))])
    somebody.refresh_from_db()
    assert (somebody.grid_id, links(somebody)) == (
        GRID,
        [(home.pk, "lives_elsewhere_registered"), (door.pk, "registered_here")],
    )
    told = Notice.objects.get(role=Role.COMMUNITY_LEAD)
    assert (told.scope, told.about, told.entity) == (SECOND, "person", somebody.pk)
    assert "户籍在您社区的 1 人，现在登记为住在别的社区" in told.text
    assert "程望舒" not in told.text and "101" not in told.text
    assert f"/people/{outward(somebody.pk)}/" in registered.get("/notices/").content.decode()

    page = search(registered, "程望舒")
    for shown in ("程望舒", "甲里 1号楼 1单元 901", "户籍在此，住在别处", "120199", "现在登记为住在别的社区"):
        assert shown in page, shown
    for hidden in ("1单元 101", "甲社区", phone(1)[-4:], phone(2)[-4:], id_no(3)):
        assert hidden not in page, hidden
    for path in (f"/correct/person/{somebody.pk}/", f"/ends/person/{somebody.pk}/", f"/people/{somebody.pk}/looks/"):
        assert registered.get(path).status_code == 404, path
    reveal = registered.post(f"/reveal/person/{somebody.pk}/id_no/", {"reason": "想看一看号码"})
    assert reveal.status_code == 404

    page = search(lives, "程望舒")
    assert "1单元 101" in page and "别的社区" in page and "1单元 901" not in page
    assert "更正登记" in page
    stranger = client_of(account(Role.COMMUNITY_LEAD, f"{SECOND[:-1]}3"))
    assert stranger.get(f"/people/{somebody.pk}/").status_code == 404
    assert "程望舒" not in search(stranger, "程望舒").replace('value="程望舒"', "").replace("“程望舒”", "")
    centre = search(client_of(account(Role.STREET_CENTRE, SECOND[:9])), "程")
    assert "程**" in centre and "程望舒" not in centre


def test_their_own_side_moving_them_is_told_nothing_it_knows(
    somebody: Person, home: Dwelling, both: Street, registered: Client
) -> None:
    both.move_in(somebody, home, "tenant", "office")
    somebody.refresh_from_db()
    assert somebody.grid_id == GRID
    assert not Notice.objects.exists()


def test_a_list_of_the_registered_is_compared_with_them_too_and_lacks_none_it_does_not_list(
    both: Street, somebody: Person, home: Dwelling, lives: Client, registered: Client
) -> None:
    other = both.person("韩书言", Dwelling.objects.get(room="901"), "registered_here", id_no=id_no(5))
    for person in (somebody, other):
        both.move_in(person, home, "tenant")
    imported(lives, FIRST, [row("101", "租户", phone(1))])
    side_row = SideRow.objects.get(entity=somebody.pk)
    compared = _compared(registered, [row("901", "户在人不在", phone(1))])
    assert (compared.n_equal, compared.n_union) == (1, 1)
    assert not Unmatched.objects.filter(state="open").exists(), (
        "who is not listed lives elsewhere, and is missed by nobody"
    )
    assert SideRow.objects.get(entity=somebody.pk).pk == side_row.pk, "what the other side's ledger said stands"
    _compared(registered, [row("901", "常住", phone(1))])
    asked = Difference.objects.get(state="open")
    assert (asked.field, asked.why, asked.grid_id) == ("residence", "lives_in_two_places", GRID)
    assert links(somebody) == [(Dwelling.objects.get(room="901").pk, "registered_here"), (home.pk, "tenant")]


def _compared(client: Client, rows: list[list[Any]]) -> Comparison:
    answer = client.post("/comparisons/upload/", {"file": ledger(rows), "scope": SECOND, "source": "ledger"})
    pk = uuid.UUID(answer.headers["Location"].split("/")[-2])
    client.post(f"/comparisons/{pk}/mapping/", {"do": "compare"})
    comparing.run(actor=signed_in(client), at=clock.now(), comparison=pk)
    return Comparison.objects.get(pk=pk)


def registrations(person: Person) -> list[Any]:
    rows = Residence.objects.filter(person=person, to_on__isnull=True, kind__in=("registered_here", "lives_here"))
    return list(rows.values_list("dwelling_id", flat=True))


@pytest.mark.parametrize("kind", ["户在人不在", "常住"])
@pytest.mark.parametrize("room", ["101", "102"])
def test_a_paper_ledger_adds_no_second_registration(
    both: Street, home: Dwelling, door: Dwelling, lives: Client, registered: Client, kind: str, room: str
) -> None:
    """Whoever would lose the registration is asked; when they give it away it stands at one door only."""
    if room == "102":
        both.door("102", GRID)
    person = both.person("程望舒", door, "lives_here", id_no=id_no(3))
    both.move_in(person, home, "tenant")  # taken over: registered at the one, living at the other
    imported(lives, FIRST, [row(room, kind)])
    assert registrations(person) == [door.pk]
    asked = list(Difference.objects.filter(state="open", grid=FAR_GRID))
    if room == "102" and kind == "常住":  # the home, too, would be given up: each is asked where it stands
        (asked_at_home,) = Difference.objects.filter(state="open")
        assert (asked_at_home.grid_id, asked_at_home.why) == (GRID, "lives_in_two_places")
        lives.post(f"/differences/{asked_at_home.pk}/decide/", {"decision": "accept"})
        assert registrations(person) == [door.pk], "the home's side gives away no registration"
        asked = list(Difference.objects.filter(state="open", grid=FAR_GRID))
    assert [(d.field, d.why) for d in asked] == [("residence", "registered_twice")]
    answer = registered.post(f"/differences/{asked[0].pk}/decide/", {"decision": "accept", "reason": "户口迁走了"})
    assert answer.status_code == 302
    now = Residence.objects.filter(person=person, to_on__isnull=True).order_by("dwelling__room")
    expected = {
        ("101", "常住"): [("101", "lives_here")],
        ("101", "户在人不在"): [("101", "registered_here")],
        ("102", "户在人不在"): [("101", "tenant"), ("102", "registered_here")],
        ("102", "常住"): [("102", "lives_here")],
    }
    assert [(link.dwelling.room, link.kind) for link in now] == expected[room, kind]


@pytest.mark.parametrize(("community", "name"), [(SECOND, "程望舒"), (FIRST, "程望书")])
def test_a_paper_row_without_a_door_writes_nothing_of_who_is_on_record_elsewhere(
    both: Street, lives: Client, community: str, name: str
) -> None:
    theirs = both.door("901", FAR_GRID) if community == SECOND else both.door("202", NEXT_GRID)
    person = both.person(name, theirs, id_no=id_no(3))
    submitted = imported(lives, FIRST, [["", "", "", "", "程望舒", "男", id_no(3), phone(2), "常住"]])
    person.refresh_from_db()
    assert (person.phone_sealed, links(person)) == ("", [(theirs.pk, "lives_here")])
    assert (submitted.n_refused, Person.objects.count(), Difference.objects.count()) == (1, 1, 0)
    noted = AuditEntry.objects.get(verb="number.typed_elsewhere")
    assert (noted.scope, noted.subject) == (theirs.grid_id, person.pk), "stands in the person's own list"
    imported(lives, FIRST, [row("101", "常住", name="程望舒")])
    assert Difference.objects.filter(field="residence", state="open").count() == 1, "with its door it is asked about"


def seen(client: Client, path: str) -> str:
    marked = re.search(r'name="seen" value="(\w+)"', client.get(path).content.decode())
    assert marked
    return marked[1]


def test_one_side_splits_and_merges_nobody_away_from_the_other(
    both: Street, home: Dwelling, door: Dwelling, lives: Client, account: Callable[..., User]
) -> None:
    person = both.person("程望舒", home, "tenant", phone=phone(1))
    theirs = Residence.objects.create(
        grid_id=FAR_GRID, person=person, dwelling=door, kind="tenant", source="office", created_at=clock.now()
    )
    path = f"/upkeep/split/{person.pk}/"
    split = {"name": "程望书", "side-phone": "go", "evidence": "in_person", "reason": "两人登成了一条"}
    refused = lives.post(path, split | {"seen": seen(lives, path), "link": str(theirs.pk)})
    assert refused.status_code == 422 and "有一处住处在别的社区" in refused.content.decode()
    twin = both.person("程望舒", both.door("102", GRID))
    path = f"/upkeep/merge/person/{person.pk}/{twin.pk}/"
    own = Residence.objects.get(person=twin)
    merge = {"evidence": "in_person", "reason": "本人说只有一个", "home": str(own.pk)}
    refused = lives.post(path, merge | {"seen": seen(lives, path)})
    assert refused.status_code == 422 and "由那边定" in refused.content.decode()
    assert not Plan.objects.exists()

    theirs.delete()
    assert lives.post(path, merge | {"seen": seen(lives, path)}).status_code == 302, "of one's own homes one decides"
    assert Plan.objects.get().communities == [FIRST]
