"""Areas, grids, buildings, stairwells: where things are, and since when."""
