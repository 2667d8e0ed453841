"""Campaigns, phases, waves, targets and their dispatch (走访任务管理).

Journeys: tests/journeys/test_first_days.py, tests/journeys/test_from_workbook_to_rate.py,
tests/journeys/test_running_a_campaign.py.
"""
