"""数据排查 and 线上核查: checks over records and over answers given at doors, their cases, what was decided of each.

Journeys: tests/journeys/test_bench.py, tests/journeys/test_online_checks.py, tests/journeys/test_finding_a_home.py,
tests/browser/test_bench_and_search.py.
"""
