"""事项: one matter from the day it is noted to the day it is struck off: whose it is, by when, what proves it. 座谈会: the
meetings of a street, at which some are decided.

Journeys: tests/journeys/test_matters.py, tests/journeys/test_meetings.py.
"""
