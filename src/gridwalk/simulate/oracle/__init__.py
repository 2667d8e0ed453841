"""What must come out, reckoned apart from the program."""
