"""Gridwalk (网格走访)."""

__version__ = "0.8.0"
