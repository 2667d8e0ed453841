"""台账文件: a messy file as offices send it → canonical rows with their faults, and the same file back, annotated.

Journeys: tests/journeys/test_ledgers_as_they_are.py, tests/journeys/test_facilities.py,
tests/operations/test_reconcile_command.py.
"""
