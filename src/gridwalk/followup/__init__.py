"""事项: one matter from the day it is noted to the day it is struck off: whose it is, by when, what proves it.

Journeys: tests/journeys/test_matters.py.
"""
