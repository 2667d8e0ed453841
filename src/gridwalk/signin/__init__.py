"""Who comes in: allauth's pages and stages as we use them, tries counted, how long a sign-in lasts. No model imported.

Journeys: tests/security/test_signing_in.py, tests/security/test_sessions.py.
"""
