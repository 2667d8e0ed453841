"""Erasing what is over its time, or at a person's request; and again after a restore."""
