"""Ledgers against the register: import now; compare, decide and back-fill stand on the same rows."""
