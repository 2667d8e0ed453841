"""Another password or second factor for somebody else: two persons, where the account sees rows."""
