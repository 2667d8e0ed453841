"""Areas, grids, buildings, stairwells: where things are, and since when; and the working days an office keeps.

Journeys: tests/journeys/test_first_days.py, tests/journeys/test_laying_out_a_street.py,
tests/journeys/test_doors_without_a_grid.py, tests/journeys/test_workdays.py.
"""
