"""What happened at the door: visits and care contacts."""
