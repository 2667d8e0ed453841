"""Every decision about a case."""
