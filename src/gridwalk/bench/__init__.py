"""线上核查: checks over records, the cases they find, and what was decided about a case."""
