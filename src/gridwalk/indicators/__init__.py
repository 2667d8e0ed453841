"""The rates and qualities of the plan: a rate is a predicate, its count and its gap list come from the same place.

Journeys: tests/journeys/test_from_workbook_to_rate.py, tests/journeys/test_care.py,
tests/journeys/test_withheld_counts.py, tests/journeys/test_ages_are_no_figure.py,
tests/journeys/test_one_truth.py.
"""
