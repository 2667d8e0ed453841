"""Backups: one file with database and stored files, sealed under the keys, which are never in it."""
