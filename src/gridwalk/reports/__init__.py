"""Documents: the progress workbook, the district's weekly form, the summary. Aggregates only, no personal data.

Journeys: tests/journeys/test_setting_up.py, tests/journeys/test_backfill.py, tests/security/test_files_in_and_out.py.
"""
