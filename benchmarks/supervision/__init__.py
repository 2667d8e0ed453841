"""``bench supervision``: intervals and bounds on streets whose truth is known, and beside an oracle of survey
statistics.
"""
