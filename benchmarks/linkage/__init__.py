"""``bench linkage``: two generated ledgers with an answer key; our engine, its peers and the floor in one run."""
