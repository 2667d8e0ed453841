"""What happened at the door: visits and care contacts.

Journeys: tests/journeys/test_from_workbook_to_rate.py, tests/journeys/test_appointments.py,
tests/journeys/test_facilities.py, tests/journeys/test_gap_files.py, tests/journeys/test_chart_views.py,
tests/browser/test_facilities.py.
"""
