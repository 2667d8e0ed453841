"""Pure functions: identifiers, names, addresses, dates, numbers, intervals. No Django, no clock, no files.

Journeys: tests/journeys/test_searching.py, tests/operations/test_reconcile_command.py.
"""
