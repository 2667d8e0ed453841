"""HTTP of the phone app: its shell and its API. Parse, call one action or query, answer.

Journeys: tests/browser/test_phone_day.py, tests/browser/test_phone_screens.py, tests/security/test_openapi.py.
"""
