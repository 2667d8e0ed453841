"""The small community with one case of every check a ledger can bring, and a near miss beside each."""

from __future__ import annotations

import pytest
from django.test import Client

from gridwalk.registry.models import Dwelling, Person, Residence
from tests.harness.campaign import GRID, PEOPLE, confirm, id_no, upload, workbook

SHARED = "12055550000"


def at(
    room: str, name: str, *, sex: str = "女", number: str = "", born: str = "", phone: str = "", kind: str = "常住"
) -> list[object]:
    return ["海河花园", "5号楼", "1单元", room, name, sex, number, born, phone, kind, "汉"]


DOUBTS = [
    at("201", "沈知微", born="1985-03-02"),
    at("202", "沈知微", born="1985-03-02"),
    at("301", "沈知微", born="1985-03-03"),
    at("301", "陆清嘉", born="1991-07-08"),
    at("301", "陆青佳", born="1991-07-08"),
    at("302", "周子轩", sex="男", born="2012-05-06"),
    at("302", "周子涵", sex="男", born="2012-05-06"),
    at("201", "许望北", phone=SHARED),
    at("202", "许望南", phone=SHARED),
    at("301", "许望西", phone=SHARED),
    at("102", "吴起", phone="12055550001"),
    at("201", "吴越", phone="12055550001"),
    at("401", "何照", number=id_no(21, "19700101")),
    at("102", "郑和", sex="男", number=id_no(31, "19600101")),
    at("201", "郑和", sex="男", number=id_no(33, "19600101")),
]


@pytest.fixture
def doubtful(street: Client) -> Client:
    """Its lead's client: namesakes, homophones, twins, one telephone at three doors, a vacant door with a resident, a
    tenant where the owner lives, two children by themselves, somebody of two homes, one who ended and lives on.
    """
    confirm(street, upload(street, workbook("复核人口台账", [PEOPLE[0], *DOUBTS])))
    two, ended = Person.objects.get(name="吴越"), Person.objects.get(name="吴起")
    Residence.objects.create(
        grid_id=GRID,
        person=two,
        dwelling=Dwelling.objects.get(room="202"),
        kind="tenant",
        source="ledger",
        created_at=two.created_at,
    )
    Person.objects.filter(pk=ended.pk).update(status="deceased")
    return street
