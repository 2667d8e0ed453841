"""Keeping no longer than needed: periods, what is over them, erasing it, and that it stays erased after a restore."""
