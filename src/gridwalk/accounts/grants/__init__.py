"""Single objects opened to somebody for a time (临时授权)."""
