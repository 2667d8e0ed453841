"""What an import reckons with: half a list, batches of a grid, keys."""

from __future__ import annotations

import pytest

from gridwalk.reconcile import rules


@pytest.mark.parametrize(
    ("listed", "recorded", "is_list"), [(0, 0, True), (0, 1, False), (1, 2, True), (1, 3, False), (2, 3, True)]
)
def test_a_list_has_at_least_half_of_what_is_recorded(listed: int, recorded: int, is_list: bool) -> None:
    assert rules.covers(listed, recorded) is is_list


def test_a_batch_is_of_whole_grids_and_of_two_thousand_rows_at_most() -> None:
    rows = {index: "b" if index == 0 else "a" for index in range(2002)} | {2100: "b", 2101: "c", 2102: "d"}
    batches = rules.batches(rows, {}, first=3)
    assert batches[0] == batches[2100] == 3, "the grid whose row stands first comes first, with all of its rows"
    assert {batches[index] for index in range(1, 2001)} == {4}
    assert batches[2001] == batches[2101] == batches[2102] == 5
    assert rules.batches({}, {}) == {} and rules.batches({7: "a"}, {}) == {7: 0}


def test_grids_whose_rows_speak_of_one_person_are_applied_one_after_the_other() -> None:
    grids = {0: "a", 1: "b", 2: "b", 3: "c", 4: "d"}
    assert rules.batches(grids, {0: ["x"], 1: ["y"], 2: ["z"], 3: ["w"]}) == dict.fromkeys(grids, 0)
    assert rules.batches(grids, {0: ["x"], 2: ["y", "x"], 3: ["x"], 4: ["y"]}) == {0: 0, 1: 1, 2: 1, 3: 2, 4: 2}


def test_keys_of_rows_without_parts_are_what_they_were_before_rows_had_any() -> None:
    assert rules.staged_key("I", "人口", 4, 0) == "I|人口|4"
    assert rules.staged_key("I", "人口", 4, 1) == "I|人口|4|1"
    assert (rules.receipt_key("I", 0), rules.undo_key("I", 0)) == ("import:I:0", "import-back:I:0")
    assert rules.row_place("人口", 12) == "人口 第 12 行"


def test_what_tells_what_the_register_has_is_only_for_who_sees_its_rows() -> None:
    told_to_all = {
        "community_unknown",
        "community_doubtful",
        "elsewhere",
        "too_many_phones",
        "grid_unknown",
        "grid_name_unknown",
        "id_disagrees_born",
        "id_disagrees_sex",
        "not_half",
        "round_in_future",
        "same_facility_twice",
        "same_row_twice",
        "too_many_of_a_day",
    }
    assert set(rules.FAULTS) - rules.OF_REGISTER == told_to_all
    assert {
        "code_elsewhere",
        "community_unknown",
        "elsewhere",
        "id_elsewhere_no_door",
        "namesakes",
        "not_half",
        "person_unknown",
        "too_many_of_a_day",
        "too_many_phones",
    } == rules.REFUSING
