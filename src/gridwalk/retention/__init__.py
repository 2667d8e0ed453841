"""Keeping no longer than needed: periods, what is over them, erasing it, and that it stays erased after a restore.

Journeys: tests/journeys/test_retention.py, tests/journeys/test_erased.py,
tests/browser/test_keeping_areas_and_records.py.
"""
