"""Every read of the room: imports, comparisons, the register as a side, back-fill lists."""
