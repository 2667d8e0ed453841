"""From an empty server to the first visit, by the guide alone: the clock, the clicks, the fields."""
