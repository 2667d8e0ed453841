"""What checks by sample bear out: how much of rates 1, 2 and 4 is verified at least, of the fifth how many know the
grid service, how accurate the register is, each with what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gridwalk.inspection.queries import results
from gridwalk.inspection.queries.results import Results
from gridwalk.inspection.rates import Rate
from gridwalk.inspection.rules import share_words
from gridwalk.method.sampling.estimates import Estimate

VISITS, AWARENESS, ACCURACY, ASKED = "visits", "awareness", "accuracy", "asked"
NOT_YET, TOO_FEW = "还没有抽查", "样本不足"
_INTERVAL = {"share": "估计", "lowest": "95% 区间下限", "highest": "95% 区间上限"}
PARTS: Mapping[str, Mapping[str, str]] = {
    VISITS: {"verified": "核实不低于"},
    AWARENESS: {**_INTERVAL, "n": "答了的人数"},
    ACCURACY: {**_INTERVAL, "n": "比过的户数"},
    **{rate: {"verified": "核实不低于"} for rate in Rate},
    ASKED: {"drawn": "抽中的户", "answered": "问到、说得清的户", "confirmed": "说来过的户", "unknown": "说不清的户"},
}
"""What is told by a sample → its figures, with their words."""


def sampled(sample: Results | None, scope: str, code: str) -> Mapping[str, int | str] | None:
    """The figures of something that a sample of a street tells, in the street or a community. None: no sample was
    answered yet; empty: too few answered.
    """
    return None if sample is None else _TELLING[code](sample, scope)


def bears_out(sample: Results | None, scope: str, code: str) -> bool:
    """Whether a rate is one that samples verify, and this one asked for it."""
    return code == VISITS or code in results.rates_of(sample, scope)


def _rate(code: str) -> Callable[[Results, str], Mapping[str, int | str]]:
    def of_rate(sample: Results, scope: str) -> Mapping[str, int | str]:
        line = results.rates_of(sample, scope).get(code)
        return {} if line is None or line.verified is None else {"verified": share_words(line.verified)}

    return of_rate


def _visits(sample: Results, scope: str) -> Mapping[str, int | str]:
    line = results.line_of(sample, scope)
    return {"verified": share_words(line.verified)} if line else {}


def _asked(sample: Results, scope: str) -> Mapping[str, int | str]:
    """Counts, where the area has a figure: of few answers they would say what few people said."""
    line = results.line_of(sample, scope)
    if line is None:
        return {}
    return {
        "drawn": line.n_drawn,
        "answered": line.n_answered,
        "confirmed": line.n_confirmed,
        "unknown": line.n_unknown,
    }


def _estimate(estimate: Estimate | None) -> Mapping[str, int | str]:
    if estimate is None:
        return {}
    return {
        "share": share_words(estimate.share),
        "lowest": share_words(estimate.lowest),
        "highest": share_words(estimate.highest, up=True),
        "n": estimate.n,
    }


_TELLING: Mapping[str, Callable[[Results, str], Mapping[str, int | str]]] = {
    VISITS: _visits,
    ASKED: _asked,
    **{rate: _rate(rate) for rate in Rate},
    AWARENESS: lambda sample, scope: _estimate(sample.awareness),
    ACCURACY: lambda sample, scope: _estimate(sample.accuracy),
}
