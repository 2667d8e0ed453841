"""The history of a record, told from every room below."""
