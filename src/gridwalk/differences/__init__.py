"""差异: the one queue of what waits for a decision, decided one by one, by a rule, or at the door.

Journeys: tests/journeys/test_deciding.py, tests/journeys/test_taking_over.py, tests/browser/test_decisions.py.
"""
