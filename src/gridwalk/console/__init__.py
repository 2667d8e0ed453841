"""The office's web pages: parse, call one action or query, render. No model is imported here.

Journeys: tests/journeys/test_no_dead_ends.py, tests/journeys/test_addresses.py, tests/journeys/test_crumbs.py,
tests/browser/test_console.py, tests/security/test_permissions.py.
"""
