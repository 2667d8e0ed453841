"""HTTP of the phone app: its shell and its API. Parse, call one action or query, answer."""
