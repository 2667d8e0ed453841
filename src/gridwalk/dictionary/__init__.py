"""一数一源: the field dictionary. A field is declared once; mapping, validation, masks, forms and docs derive from it.

Journeys: tests/journeys/test_masks.py, tests/journeys/test_comparing.py, tests/house/test_phone_app.py.
"""
