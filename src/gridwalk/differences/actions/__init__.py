"""Every decision about a difference: one, many, and taking them back."""
