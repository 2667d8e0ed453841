"""Writes of this room: a kind of plan a file, ``plans`` for what all of them share."""
