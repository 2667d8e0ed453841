"""Views by subject: parse, call one action or query, render."""
