"""Areas, grids, buildings, stairwells: where things are, and since when.

Journeys: tests/journeys/test_first_days.py, tests/journeys/test_doors_without_a_grid.py.
"""
