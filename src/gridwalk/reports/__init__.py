"""Documents: the progress workbook, the district's weekly form, the summary with its tables; the pack and the minutes
of a meeting. Their figures have ids and can be got again. Aggregates only, no personal data.

Journeys: tests/journeys/test_setting_up.py, tests/journeys/test_backfill.py, tests/journeys/test_meetings.py,
tests/security/test_files_in_and_out.py.
"""
