"""更正方案: records merged, split and moved by two people, shown before, rechecked, undoable; nothing is ever
lost (P15). 交接: a post that ends hands over what it leaves open, in one step, undoable.

Journeys: tests/journeys/test_merging.py, tests/journeys/test_merging_places.py, tests/journeys/test_splitting.py,
tests/journeys/test_moving.py, tests/journeys/test_renumbering.py, tests/journeys/test_regridding.py,
tests/journeys/test_changing_hands.py,
tests/browser/test_merging.py, tests/browser/test_moving_and_renumbering.py.
"""
