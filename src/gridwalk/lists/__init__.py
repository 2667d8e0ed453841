"""名单: any list of records with columns, conditions and sorts of one's own, kept as views; what leaves as a file.

Journeys: tests/journeys/test_lists.py, tests/journeys/test_plain_lists.py.
"""
