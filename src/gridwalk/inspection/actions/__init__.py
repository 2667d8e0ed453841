"""Writes of samples: one step each, doors given to inspectors, what was said there."""
