"""Reads about visits: worklists, charts, walk sheets, entry forms, what waits for a recheck."""
