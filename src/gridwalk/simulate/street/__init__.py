"""The synthetic street: its areas, houses, people, and the ledgers kept about them."""
