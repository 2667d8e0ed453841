"""Documents: the progress workbook, the district's weekly form, the summary. Aggregates only, no personal data."""
