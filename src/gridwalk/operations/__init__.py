"""Running the house: backups, resealing after a change of keys, its condition, key files, night work; investigations.

Journeys: tests/operations/test_backups.py, tests/operations/test_doctor.py, tests/operations/test_changing_keys.py,
tests/journeys/test_investigating.py, tests/journeys/test_not_watched.py, tests/journeys/test_about.py.
"""
