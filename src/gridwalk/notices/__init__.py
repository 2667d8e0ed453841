"""通知: what somebody of the office is told, by account or by post; read, done. No mail, nothing of residents in it.

Journeys: tests/journeys/test_notices.py, tests/journeys/test_two_persons.py.
"""
