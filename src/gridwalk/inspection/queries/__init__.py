"""Reads of samples: frames and prices, the doors given to somebody, results, drawing again."""
