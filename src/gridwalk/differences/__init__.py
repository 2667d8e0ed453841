"""差异: the one queue of what waits for a decision, decided one by one, by a rule, or at the door."""
