"""Users, their dated assignments (role × area), grants on single objects, and what a role may do where.

Journeys: tests/journeys/test_first_days.py, tests/journeys/test_two_grids.py, tests/security/test_signing_in.py.
"""
