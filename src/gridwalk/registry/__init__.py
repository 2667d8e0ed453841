"""一张表: dwellings, persons, residences, organizations, key sites, care; claims, differences, history."""
