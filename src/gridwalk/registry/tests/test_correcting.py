"""Single changes from a page: correct, move out, read a full number."""

from __future__ import annotations

import pytest

from gridwalk.accounts.rules import Held, NotPermitted, Role, Viewer
from gridwalk.core.models import AuditEntry, Change
from gridwalk.core.queries import NotHere
from gridwalk.dictionary import fields as dictionary
from gridwalk.registry import columns, rules
from gridwalk.registry.actions import corrections, creation
from gridwalk.registry.actions.corrections import CorrectionError
from gridwalk.registry.models import Difference, Organization, Person, Residence
from gridwalk.registry.queries import access
from gridwalk.registry.tests.street import (
    FAR_GRID,
    FIRST,
    GRID,
    NEXT_GRID,
    SECOND,
    Street,
    id_no,
    lead,
    links,
    phone,
    uscc,
    worker,
)


def correct(street: Street, person: Person, reason: str = "身份证核对", **raw: str) -> None:
    corrections.correct(actor=lead(), at=street.at, kind="person", entity=person.id, raw=raw, reason=reason)


def test_it_corrects_with_a_reason_that_keeps_no_number(street: Street) -> None:
    person = street.person("张桂蓝", street.door(), phone=phone(1))
    correct(street, person, name="张桂兰", phone=f" {phone(2)[:3]}-{phone(2)[3:]}", reason=f"原来写成 {phone(1)}")
    person.refresh_from_db()
    assert (person.name, columns.read(person, "phone")) == ("张桂兰", phone(2))
    assert person.sort_key.startswith("zhang gui lan")
    reasons = set(Change.objects.filter(entity=person.id, field__in=["name", "phone"]).values_list("reason", flat=True))
    assert reasons == {"原来写成 ******"}


def test_it_says_by_field_what_is_wrong_and_keeps_nothing(street: Street) -> None:
    person = street.person("张桂兰", street.door(), id_no=id_no(1))
    with pytest.raises(CorrectionError, match="没有存") as raised:
        correct(street, person, id_no="120199198001010019", name="", sex="不知")
    assert set(raised.value.faults) == {"id_no", "name", "sex"}
    with pytest.raises(CorrectionError, match="写明依据"):
        correct(street, person, reason="  ", name="张三")
    with pytest.raises(CorrectionError, match="另一人复核"):
        correct(street, person, status="已去世")
    person.refresh_from_db()
    assert (person.name, person.status) == ("张桂兰", "active")


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("registered_address", "天津市海河路 3 号，联系 12012345678", "number_written"),
        ("registered_address", "天津市海河路 3 号 120199 19520307 0010", "number_written"),
        ("registered_address", "天津市海河路 3 号 022-23456789", "number_written"),
        ("registered_address", "=HYPERLINK(1)路 3 号", "formula_written"),
        ("name", '=HYPERLINK("http://x.invalid")', "formula_written"),
        ("name", "+cmd", "formula_written"),
        ("name", "@张桂兰", "formula_written"),
        ("name", "张桂兰 12012345678", "number_written"),
    ],
)
def test_a_text_holds_no_number_and_no_formula(street: Street, field: str, typed: str, fault: str) -> None:
    person = street.person("张桂兰", street.door())
    with pytest.raises(CorrectionError, match="没有存") as raised:
        correct(street, person, **{field: typed})
    assert raised.value.faults.keys() == {field}
    assert dictionary.parse("person", field, typed).fault == fault
    correct(street, person, registered_address="天津市海河路 120 号 -1 层")
    person.refresh_from_db()
    assert person.registered_address == "天津市海河路 120 号 -1 层"


def test_a_number_that_is_another_ones_is_asked_about_and_its_holder_can_read_that_it_was_typed(street: Street) -> None:
    holder = street.person("王一", street.door("101", FAR_GRID), id_no=id_no(1))
    person = street.person("王二", street.door())
    correct(street, person, id_no=id_no(1))
    person.refresh_from_db()
    assert columns.read(person, "id_no") == ""
    assert [(d.field, rules.WHY[d.why]) for d in Difference.objects.all()] == [("id_no", "这个号码要核实")]
    assert [look.what for look in access.looks_at(lead(SECOND), holder)] == [
        "在别人的登记里填了本人的证件号，没有告诉对方是谁的"
    ]
    correct(street, person, id_no=id_no(3))
    correct(street, person, id_no=id_no(3))


def test_no_two_organizations_have_one_credit_code(street: Street) -> None:
    first, second = (creation.New(grid=GRID, values={"name": name}, source="ledger") for name in ("甲店", "乙店"))
    with street.writing() as writing:
        creation.register(writing, "organization", [first, second])

    def correct(organization: creation.New) -> None:
        corrections.correct(
            actor=lead(),
            at=street.at,
            kind="organization",
            entity=organization.id,
            raw={"uscc": uscc(1)},
            reason="执照",
        )

    correct(first)
    correct(first)
    correct(second)
    assert Difference.objects.get().why == "number_taken"
    assert Organization.objects.get(uscc=uscc(1)).id == first.id


def test_moving_out_leaves_the_person_in_the_register(street: Street) -> None:
    person = street.person("张桂兰", street.door(), "tenant")
    link = Residence.objects.get(person=person)
    with pytest.raises(NotHere):
        corrections.move_out(actor=lead(SECOND), at=street.at, residence=link.id, reason="搬离")
    corrections.move_out(actor=worker(), at=street.at, residence=link.id, reason="搬离")
    person.refresh_from_db()
    assert (person.status, person.grid_id, links(person)) == ("active", f"{FIRST}000", [])


def test_a_full_number_takes_a_reason_and_leaves_a_record(street: Street) -> None:
    person = street.person("张桂兰", street.door(), phone=phone(1))

    def reveal(who: Viewer, field: str = "phone", reason: str = "约上门时间") -> str:
        return corrections.reveal(actor=who, at=street.at, kind="person", entity=person.id, field=field, reason=reason)

    assert reveal(worker()) == phone(1)
    entry = AuditEntry.objects.get(verb="number.revealed")
    assert (entry.subject, entry.reason, entry.data) == (person.id, "约上门时间", {"field": "phone"})
    with pytest.raises(CorrectionError, match="事由"):
        reveal(worker(), reason="看看")
    with pytest.raises(NotHere):
        reveal(worker(NEXT_GRID))
    with pytest.raises(NotHere):
        reveal(worker(), field="name")
    assert AuditEntry.objects.filter(verb="number.revealed").count() == 1


def test_who_only_reads_corrects_nothing(street: Street) -> None:
    person = street.person("张桂兰", street.door())
    reader = Viewer(None, "街道", (Held(Role.STREET_CENTRE, "120105001"),))
    with pytest.raises((NotHere, NotPermitted)):
        corrections.correct(
            actor=reader, at=street.at, kind="person", entity=person.id, raw={"name": "王五"}, reason="核对"
        )
