"""The phone and the server: intentions, devices, epochs, quarantine, pull.

No visit is ever lost (docs/algorithms/sync.md).

Journeys: tests/browser/test_phone_day.py, tests/browser/test_phones.py, tests/journeys/test_work_without_names.py.
"""
