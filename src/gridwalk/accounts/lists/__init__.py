"""Accounts in bulk, out of a workbook or of rows copied from one: all of them or none."""
