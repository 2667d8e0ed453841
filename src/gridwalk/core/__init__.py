"""What every room stands on: streams, change feed, audit, receipts, clock, ids, envelope encryption, stored files.

Journeys: tests/journeys/test_access_list.py, tests/operations/test_changing_keys.py,
tests/operations/test_lost_key.py.
"""
