"""Writes of matters: taking them in, acting on them, what is said beside."""
