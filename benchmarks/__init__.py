"""Each figure the README quotes, measured beside its peer or floor in the same run: ``python3 run.py bench``."""
