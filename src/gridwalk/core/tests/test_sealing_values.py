"""The envelope: opens only where it was sealed, and says so when it does not."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from gridwalk.core import envelope, records
from gridwalk.core.envelope import EnvelopeError

ID_NO = "120199195002303213"
PHONE = "12012345678"
PLACE = {"table": "registry_person", "column": "id_no", "row": "018f"}


@pytest.fixture(params=["A256GCM", "SM4GCM"], autouse=True)
def algorithm(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test of this file holds for both algorithms."""
    with override_settings(ENVELOPE_ALG=request.param):
        yield request.param


@given(value=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_what_was_sealed_opens_to_the_same_value_and_hides_it(value: str) -> None:
    sealed = envelope.seal(value, **PLACE)
    assert envelope.open_(sealed, **PLACE) == value
    assert envelope.is_sealed(sealed)
    assert len(value) < 4 or value not in sealed


def test_the_envelope_names_version_algorithm_and_key_and_never_repeats(algorithm: str) -> None:
    first, second = envelope.seal(ID_NO, **PLACE), envelope.seal(ID_NO, **PLACE)
    version, alg, key_id, nonce, ciphertext, tag = first.split("|")
    assert (version, alg, key_id) == ("v1", algorithm, "k1")
    assert len(base64.urlsafe_b64decode(nonce + "==")) == 12
    assert len(base64.urlsafe_b64decode(ciphertext + "==")) == len(ID_NO)
    assert len(base64.urlsafe_b64decode(tag + "==")) == 16
    assert first != second
    assert ID_NO not in first


def test_an_empty_value_stays_empty() -> None:
    assert envelope.seal("", **PLACE) == ""
    assert envelope.open_("", **PLACE) == ""
    assert not envelope.is_sealed("")


@pytest.mark.parametrize("moved", [{"table": "registry_care"}, {"column": "phone"}, {"row": "018e"}])
def test_it_refuses_to_open_in_another_table_column_or_row(moved: dict[str, str]) -> None:
    sealed = envelope.seal(ID_NO, **PLACE)
    assert envelope.open_(sealed, **PLACE) == ID_NO
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed, **(PLACE | moved))


@given(data=st.data())
def test_it_refuses_any_single_changed_character(data: st.DataObject) -> None:
    sealed = envelope.seal(PHONE, **PLACE)
    position = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=0x9FFF).filter(lambda c: c != sealed[position]))
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed[:position] + other + sealed[position + 1 :], **PLACE)


@given(cut=st.integers(1, 40), extra=st.sampled_from(["=", "A", " ", "|", "|AAAA"]))
def test_it_refuses_an_envelope_that_is_cut_or_longer(cut: int, extra: str) -> None:
    sealed = envelope.seal(PHONE, **PLACE)
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed[:-cut], **PLACE)
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed + extra, **PLACE)


@pytest.mark.parametrize(
    "text", ["v1", "v1|", "v1|A256GCM|k1|||", "120199", "v1|A256GCM|k1|中|文|字", "v2|A|k1|AA|AA|AA"]
)
def test_it_refuses_what_is_no_envelope(text: str) -> None:
    with pytest.raises(EnvelopeError):
        envelope.open_(text, **PLACE)


def test_it_refuses_an_algorithm_or_key_it_does_not_know(algorithm: str) -> None:
    sealed = envelope.seal(ID_NO, **PLACE)
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed.replace(algorithm, "NONE"), **PLACE)
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed.replace("|k1|", "|k9|"), **PLACE)
    swapped = {"A256GCM": "SM4GCM", "SM4GCM": "A256GCM"}[algorithm]
    with pytest.raises(EnvelopeError):
        envelope.open_(sealed.replace(algorithm, swapped), **PLACE)


def test_after_a_key_change_old_values_open_and_another_units_do_not(settings: Settings) -> None:
    old = envelope.seal(ID_NO, **PLACE)
    first = settings.ENVELOPE_KEYS["k1"]
    settings.ENVELOPE_KEYS = {"k1": first, "k2": bytes(range(32))}
    settings.ENVELOPE_ACTIVE = "k2"
    new = envelope.seal(ID_NO, **PLACE)
    assert new.split("|")[2] == "k2"
    assert envelope.open_(old, **PLACE) == envelope.open_(new, **PLACE) == ID_NO
    settings.ENVELOPE_KEYS = {"k1": bytes(32), "k2": bytes(32)}
    for sealed in (old, new):
        with pytest.raises(EnvelopeError):
            envelope.open_(sealed, **PLACE)


def test_a_value_sealed_under_one_algorithm_opens_after_the_setting_changed(settings: Settings, algorithm: str) -> None:
    sealed = envelope.seal(ID_NO, **PLACE)
    settings.ENVELOPE_ALG = {"A256GCM": "SM4GCM", "SM4GCM": "A256GCM"}[algorithm]
    assert envelope.open_(sealed, **PLACE) == ID_NO


def test_the_blind_index_equals_for_equal_values_of_one_purpose_and_key(settings: Settings) -> None:
    index = envelope.blind_index(ID_NO, purpose="id_no")
    assert index == envelope.blind_index(ID_NO, purpose="id_no")
    assert len(index) == 32
    assert index != envelope.blind_index(ID_NO, purpose="phone")
    assert index != envelope.blind_index(ID_NO[:-1] + "1", purpose="id_no")
    assert envelope.blind_index("", purpose="id_no") == ""
    settings.BLIND_INDEX_KEY = bytes(32)
    assert index != envelope.blind_index(ID_NO, purpose="id_no")


def test_a_record_is_sealed_where_the_dictionary_says_so_and_opens_whole() -> None:
    values = {"name": "王试", "id_no": ID_NO, "phone": PHONE, "born_on": "1950-02-30", "sex": None}
    place: dict[str, Any] = {"table": "core_change", "column": "new", "row": "018f"}
    stored = records.seal_record("person", values, **place)
    assert stored["name"] == "王试"
    assert envelope.is_sealed(stored["id_no"])
    assert envelope.is_sealed(stored["phone"])
    assert ID_NO not in str(stored)
    assert records.open_record(stored, **place) == values
    with pytest.raises(EnvelopeError):
        records.open_record(stored | {"id_no": stored["phone"]}, **place)


def test_a_plain_field_that_looks_like_an_envelope_comes_back_as_typed() -> None:
    place = {"table": "core_change", "column": "new", "row": "018f"}
    stored = records.seal_value("person", "name", "v1|王", **place)
    assert records.open_value("name", stored, **place) == "v1|王"
