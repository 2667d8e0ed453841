"""The history of a record, told from every room below.

Journeys: tests/journeys/test_daily.py, tests/journeys/test_care.py.
"""
