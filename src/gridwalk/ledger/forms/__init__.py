"""A department's blank filled from ledgers, on files alone (docs/algorithms/forms.md).

``blank``: what a workbook asks for, read unasked. ``asked``: which column is what. ``people``: who belongs, from the
ledgers. ``filling``: the blank with their rows. Journeys: tests/operations/test_fill_command.py.
"""
