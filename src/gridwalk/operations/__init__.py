"""Running the house: backups, resealing after a change of keys, its condition, key files, night work."""
