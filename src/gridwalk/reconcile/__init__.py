"""Ledgers against the register: import now; compare, decide and back-fill stand on the same rows.

Journeys: tests/journeys/test_comparing.py, tests/journeys/test_backfill.py,
tests/journeys/test_importing_and_taking_back.py, tests/journeys/test_rows_of_elsewhere.py,
tests/journeys/test_looking_before_importing.py, tests/journeys/test_newborns.py,
tests/journeys/test_namesakes.py, tests/journeys/test_from_workbook_to_rate.py, tests/journeys/test_guessing.py,
src/gridwalk/reconcile/tests/test_estates.py, tests/browser/test_reconcile.py.
"""
