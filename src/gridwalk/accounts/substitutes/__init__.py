"""代班: somebody sees and walks a grid for some days in another's place, whose doors stay theirs."""
