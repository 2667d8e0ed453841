"""抽查: samples that nobody could have picked, what is asked at the doors drawn, and what the answers show (P17, P18).

Journeys: tests/journeys/test_samples.py, tests/browser/test_phone_sampled.py.
"""
