"""The peers, in an environment of their own: ``python peers.py WHICH FOLDER OUT``; l.parquet and r.parquet
lie in FOLDER.

``splink`` (5, DuckDB), ``recordlinkage`` (0.16), ``datacompy`` (exact keys only). One JSON line on stdout: seconds,
peak MiB. This file imports nothing of Gridwalk.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def splink(folder: Path, out: Path) -> None:
    """Tuned: term frequencies, pinyin as a level of the name, blocking on what identifies, u by sampling, m by EM."""
    import duckdb
    import pandas as pd
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    frames = [pd.read_parquet(folder / f"{side}.parquet").rename(columns={"row": "unique_id"}) for side in ("l", "r")]
    name = cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("name_key"),
            cll.ExactMatchLevel("name_key", term_frequency_adjustments=True),
            cll.ExactMatchLevel("sound"),
            cll.DamerauLevenshteinLevel("name_key", 1),
            cll.ExactMatchLevel("surname"),
            cll.ElseLevel(),
        ],
    )
    number = cl.CustomComparison(
        output_column_name="id",
        comparison_levels=[
            cll.NullLevel("id_text"),
            cll.ExactMatchLevel("id_text"),
            cll.DamerauLevenshteinLevel("id_text", 1),
            cll.DamerauLevenshteinLevel("id_text", 2),
            cll.CustomLevel("substr(id_text_l, 1, 14) = substr(id_text_r, 1, 14)", "first fourteen"),
            cll.ElseLevel(),
        ],
    )
    home = cl.CustomComparison(
        output_column_name="home",
        comparison_levels=[
            cll.NullLevel("door"),
            cll.ExactMatchLevel("door", term_frequency_adjustments=True),
            cll.ExactMatchLevel("place"),
            cll.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            name,
            number,
            home,
            cl.LevenshteinAtThresholds("born_on", [1, 2]),
            cl.LevenshteinAtThresholds("phone", 1),
            cl.ExactMatch("sex"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("id_text"),
            block_on("name_key", "born_on"),
            block_on("door", "surname"),
            block_on("phone", "surname"),
            block_on("place", "sound"),
            block_on("sound", "born_on"),
            block_on("substr(id_text, 1, 14)"),
        ],
        probability_two_random_records_match=1 / len(frames[0]),
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection=duckdb.connect())
    linker = Linker(
        [api.register(f, dataset_display_name=n) for f, n in zip(frames, ("l", "r"), strict=True)], settings
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("id_text"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name_key", "born_on"))
    predicted = linker.inference.predict(threshold_match_probability=0.9).as_pandas_dataframe()
    # One-to-one: each record with its best, where both are each other's.
    left_first = predicted["source_dataset_l"] <= predicted["source_dataset_r"]
    a = predicted["unique_id_l"].where(left_first, predicted["unique_id_r"])
    b = predicted["unique_id_r"].where(left_first, predicted["unique_id_l"])
    pairs = pd.DataFrame({"left_row": a, "right_row": b, "w": predicted["match_weight"]}).sort_values(
        "w", ascending=False
    )
    pairs = pairs[~pairs.duplicated("left_row") & ~pairs.duplicated("right_row")]
    pairs[["left_row", "right_row"]].to_parquet(out)


def recordlinkage(folder: Path, out: Path) -> None:
    """Its own index and compare classes; the sum of similarities above a threshold, each record with its best."""
    import pandas as pd
    import recordlinkage as rl

    left, right = (pd.read_parquet(folder / f"{side}.parquet").set_index("row") for side in ("l", "r"))
    indexer = rl.Index()
    for block in ("id_text", "phone", "door", ["name_key", "born_on"]):
        indexer.block(block)
    pairs = indexer.index(left, right)
    compare = rl.Compare()
    for column in ("id_text", "name_key", "born_on", "phone"):
        compare.string(column, column, method="damerau_levenshtein", label=column)
    compare.exact("door", "door", label="door")
    compare.exact("sex", "sex", label="sex")
    scores = compare.compute(pairs, left, right).sum(axis=1)
    scores = scores[scores >= 3.3].sort_values(ascending=False).reset_index()
    scores.columns = ["left_row", "right_row", "score"]
    scores = scores[~scores.duplicated("left_row") & ~scores.duplicated("right_row")]
    scores[["left_row", "right_row"]].to_parquet(out)


def datacompy(folder: Path, out: Path) -> None:
    """Exact keys only: what it joins on must be equal, so rows without the same number have no partner."""
    import datacompy as dc
    import polars as pl

    left, right = (
        pl.read_parquet(folder / f"{side}.parquet").filter(pl.col("id_text").is_not_null()).unique("id_text")
        for side in ("l", "r")
    )
    comparison = dc.PolarsCompare(
        left.rename({"row": "left_row"}), right.rename({"row": "right_row"}), join_columns="id_text"
    )
    comparison.intersect_rows.select(left_row="left_row_df1", right_row="right_row_df2").write_parquet(out)


def main() -> None:
    which, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    began = time.perf_counter()
    {"splink": splink, "recordlinkage": recordlinkage, "datacompy": datacompy}[which](folder, out)
    measured = {
        "seconds": time.perf_counter() - began,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write("\n" + json.dumps(measured) + "\n")


if __name__ == "__main__":
    main()
