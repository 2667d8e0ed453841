"""How the cells of a column look, never what stands in them: 文字，2–4 字 · 18 位数."""

from __future__ import annotations

import polars as pl

NUMBER = "^[0-9]+$"


def look(cells: pl.Series) -> str:
    """How they look; "" for none."""
    written = cells.drop_nulls().str.strip_chars()
    written = written.filter(written != "")
    if written.is_empty():
        return ""
    lengths: list[int] = written.str.len_chars().to_list()
    fewest, most = min(lengths), max(lengths)
    long = f"{fewest}" if fewest == most else f"{fewest}–{most}"
    return f"{long} 位数" if written.str.contains(NUMBER).all() else f"文字，{long} 字"


def n_filled(cells: pl.Series) -> int:
    """How many cells hold anything."""
    return int((cells.drop_nulls().str.strip_chars() != "").sum())
