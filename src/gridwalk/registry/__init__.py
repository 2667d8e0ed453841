"""一张表: dwellings, persons, residences, organizations, key sites, care; claims, differences, history.

Journeys: tests/journeys/test_care.py, tests/journeys/test_ends.py, tests/journeys/test_numbers.py,
tests/journeys/test_searching.py, tests/browser/test_care.py, tests/browser/test_ending.py,
tests/journeys/test_heads_of_households.py, tests/journeys/test_registered_elsewhere.py,
tests/journeys/test_same_doors.py, tests/journeys/test_other_papers.py,
tests/journeys/test_tries.py, tests/journeys/test_values_that_cannot_be.py.
"""
