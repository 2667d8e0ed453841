"""Gridwalk (网格走访)."""

__version__ = "0.7.0"
