"""What checks by sample bear out of the rates: how much of the first is verified at least, and of the fifth how many
know the grid service, with the interval.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridwalk.inspection.queries import results
from gridwalk.inspection.queries.results import Results
from gridwalk.inspection.rules import share_words

VISITS, AWARENESS = "visits", "awareness"
NOT_YET, TOO_FEW = "还没有抽查", "样本不足"
PARTS: Mapping[str, Mapping[str, str]] = {
    VISITS: {"verified": "核实不低于"},
    AWARENESS: {"share": "估计", "lowest": "95% 区间下限", "highest": "95% 区间上限", "n": "答了的人数"},
}
"""Rate → its figures, with their words."""


def sampled(sample: Results | None, scope: str, code: str) -> Mapping[str, int | str] | None:
    """The figures of a rate in a street or a community by a sample of the street. None: no sample was answered yet;
    empty: too few answered.
    """
    if sample is None:
        return None
    if code == VISITS:
        line = results.line_of(sample, scope)
        return {"verified": share_words(line.verified)} if line else {}
    estimate = sample.awareness
    if estimate is None:
        return {}
    return {
        "share": share_words(estimate.share),
        "lowest": share_words(estimate.lowest),
        "highest": share_words(estimate.highest, up=True),
        "n": estimate.n,
    }
