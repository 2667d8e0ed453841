"""The office's web pages: parse, call one action or query, render. No model is imported here."""
