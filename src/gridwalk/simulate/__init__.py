"""A synthetic street and its hundred days, driven through the same actions; the oracle reckons beside it.

Journeys: tests/operations/test_demo.py.
"""
