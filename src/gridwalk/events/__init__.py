"""动态更新 (P11): one action an event, made of the steps the register is written with.

Journeys: tests/journeys/test_daily.py, tests/browser/test_daily.py.
"""
