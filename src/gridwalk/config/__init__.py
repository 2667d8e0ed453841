"""Settings, urls, what Granian serves, the key file, and the launcher of the embedded PostgreSQL.

Journeys: tests/operations/test_slow_clients.py, tests/operations/test_embedded.py, tests/operations/test_keys.py,
tests/operations/test_power_cut.py.
"""
