"""The oracle, in an environment of its own: ``python oracle.py FILE`` prints svy's Wilson interval of each design.

FILE holds a JSON list of designs, each a list of strata (population, answered, confirmed); printed is a JSON list of
(share, lowest, highest). This file imports nothing of Gridwalk.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

Strata = list[tuple[int, int, int]]


def wilson(strata: Strata) -> tuple[float, float, float]:
    """Share and interval of one design: stratified, without replacement, finite populations corrected for."""
    import polars as pl
    import svy

    rows = [
        (name, population / answered, population, "yes" if n < confirmed else "no")
        for name, (population, answered, confirmed) in enumerate(strata)
        for n in range(answered)
    ]
    data = pl.DataFrame(rows, schema=["stratum", "weight", "population", "confirmed"], orient="row")
    design = svy.Design(stratum="stratum", wgt="weight", pop_size="population")
    estimate = svy.Sample(data=data, design=design).estimation.prop("confirmed", ci_method="wilson")
    yes = next(row for row in estimate.to_polars().to_dicts() if row["confirmed"] == "yes")
    return yes["est"], yes["lci"], yes["uci"]


if __name__ == "__main__":
    print(json.dumps([wilson(strata) for strata in json.loads(Path(sys.argv[1]).read_text())]))
