"""What a decision about a case rests on, a way of showing it for each check."""
