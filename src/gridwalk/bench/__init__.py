"""线上核查: checks over records, the cases they find, and what was decided about a case.

Journeys: tests/journeys/test_bench.py, tests/journeys/test_finding_a_home.py, tests/browser/test_bench_and_search.py.
"""
