"""Pure functions: identifiers, names, addresses, dates, numbers, intervals. No Django, no clock, no files."""
