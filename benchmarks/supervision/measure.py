"""``bench supervision``: what intervals and bounds cover on simulated streets, how wide they are, an oracle, a draw.

1,000 streets a level of truth (``--quick``: 100), each asked five times. The oracle is svy 0.35 in an environment of
its own, made from requirements-oracle.lock the first time (``.venv-oracle``).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.results import Result
from benchmarks.supervision import streets
from gridwalk.method.sampling import draws, estimates, missed
from gridwalk.method.sampling.estimates import Stratum

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-oracle"
SEED = 20261201
SHARES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
ASKED = 5
"""Samples drawn of each street."""
LISTED = 4
"""So many times the streets for missed doors: one street is listed once, and the least of many cases is looked for."""
MOSTLY = 0.95
"""A level of truth counts as Wilson's where so many samples have that interval; elsewhere the exact one joins in, and
where it does, at least 95 % must be covered.
"""
DESIGNS = 250
DISTRICT = 260_000


def everything(*, quick: bool) -> Iterator[Result]:
    """All of it; needs no server."""
    n_streets = 100 if quick else 1000
    rng = np.random.default_rng(SEED)
    yield from _coverage(rng, n_streets, "street", n_doors=13_000, n_communities=9, size=650)
    yield from _coverage(rng, n_streets, "thirty", n_doors=1_300, n_communities=1, size=30)
    yield from _missed(rng, LISTED * n_streets)
    yield _oracle(rng)
    yield _draw()


def _coverage(
    rng: np.random.Generator, n_streets: int, name: str, *, n_doors: int, n_communities: int, size: int
) -> Iterator[Result]:
    """How often intervals hold the truth, at the level of truth where they do so least."""
    two_sided: dict[float, float] = {}
    one_sided: dict[float, float] = {}
    widths: dict[float, float] = {}
    wilson: list[float] = []
    for share in SHARES:
        n_covered, n_proved, width, n_wilson, n_samples = 0, 0, 0.0, 0, 0
        for _ in range(n_streets):
            street = streets.street(rng, n_doors, n_communities, share)
            truth = street.share
            for _ in range(ASKED):
                strata = streets.asked(rng, street, size)
                n_proved += estimates.at_least(strata) <= truth + 1e-12
                estimate = estimates.estimate(strata)
                n_samples += 1
                if estimate is None:
                    n_covered += 1  # nothing is said
                    continue
                n_covered += estimate.lowest - 1e-12 <= truth <= estimate.highest + 1e-12
                width += estimate.highest - estimate.lowest
                n_wilson += estimate.method == "wilson"
        two_sided[share], one_sided[share] = n_covered / n_samples, n_proved / n_samples
        widths[share] = width / n_samples
        if n_wilson >= MOSTLY * n_samples:
            wilson.append(share)
    exact = [share for share in SHARES if share not in wilson]
    if wilson:
        covered = [two_sided[share] for share in wilson]
        note = f"up to {max(covered):.3f}; mean width {_listed(widths, wilson)}"
        yield Result(name=f"supervision.{name}.wilson", value=min(covered), unit="covered", least=0.93, note=note)
        yield Result(name=f"supervision.{name}.wilson.most", value=max(covered), unit="covered", goal=0.97)
    if exact:
        note = f"mean width {_listed(widths, exact)}"
        covered = [two_sided[share] for share in exact]
        yield Result(name=f"supervision.{name}.exact", value=min(covered), unit="covered", least=0.95, note=note)
    note = f"by share {_listed(one_sided, SHARES)}"
    yield Result(
        name=f"supervision.{name}.at_least", value=min(one_sided.values()), unit="covered", least=0.95, note=note
    )


def _listed(values: dict[float, float], shares: list[float] | tuple[float, ...]) -> str:
    return ", ".join(f"{share:g}: {values[share]:.3f}" for share in shares)


def _missed(rng: np.random.Generator, n_streets: int) -> Iterator[Result]:
    covered: dict[str, float] = {}
    bounds: dict[str, float] = {}
    for share in (0.005, 0.01, 0.02, 0.05):
        for alike in (0.0, 0.05, 0.1):
            for n_hits in (20, 60):
                n_covered, bound_sum = 0, 0.0
                for _ in range(n_streets):
                    truth, listings = streets.listed(rng, share, alike, n_hits)
                    bound = missed.bound(listings)
                    if bound is None:
                        raise ValueError("a street without a stairwell was listed")
                    n_covered += bound.at_most >= truth - 1e-12
                    bound_sum += bound.at_most
                case = f"{share:.1%}, ρ {alike:g}, {n_hits}"
                covered[case], bounds[case] = n_covered / n_streets, bound_sum / n_streets
    worst = min(covered, key=lambda case: covered[case])
    note = f"least at {worst} stairwells, mean bound {bounds[worst]:.3f}; {len(covered)} cases"
    yield Result(name="supervision.missed", value=covered[worst], unit="covered", least=0.95, note=note)


def _oracle(rng: np.random.Generator) -> Result:
    """The furthest that a share or an end of our interval lies from svy's."""
    designs: list[list[Stratum]] = []
    while len(designs) < DESIGNS:
        strata = []
        for _ in range(rng.integers(1, 28)):
            population = int(rng.integers(20, 3000))
            answered = int(rng.integers(2, min(population, 80) + 1))
            confirmed = int(rng.binomial(answered, rng.uniform(0.3, 0.99)))
            strata.append(Stratum(population, answered, answered, confirmed))
        estimate = estimates.estimate(strata)
        if estimate is not None and estimate.method == "wilson":
            designs.append(strata)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([[(s.population, s.answered, s.confirmed) for s in strata] for strata in designs], file)
        file.flush()
        script = str(Path(__file__).with_name("oracle.py"))
        done = subprocess.run([str(_python()), script, file.name], capture_output=True, text=True, check=True)
    furthest = 0.0
    for strata, theirs in zip(designs, json.loads(done.stdout.splitlines()[-1]), strict=True):
        ours = estimates.estimate(strata)
        if ours is None:
            raise ValueError("a design without an estimate was asked about")
        pairs = zip((ours.share, ours.lowest, ours.highest), theirs, strict=True)
        furthest = max(furthest, *(abs(our - their) for our, their in pairs))
    return Result(
        name="supervision.oracle",
        value=furthest,
        unit="away",
        goal=1e-6,
        note=f"{DESIGNS} random designs of 1 to 27 strata beside svy's Wilson interval",
    )


def _python() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        lock = ROOT / "requirements-oracle.lock"
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)], check=True)
    return python


def _draw() -> Result:
    """A district's doors drawn from: sorted, allotted, drawn. Beside it the floor: sorting the keys alone."""
    frame = [draws.Unit(f"{n % 180:03}·{n % 3}", f"{n % 620:04}", f"{n:08}", f"{n:036}") for n in range(DISTRICT)]
    populations = {f"{n:03}·{outcome}": 0 for n in range(180) for outcome in range(3)}
    for unit in frame:
        populations[unit.stratum] += 1
    populations = {stratum: population for stratum, population in populations.items() if population}
    began = time.perf_counter()
    drawn = draws.draw(frame, draws.allocation(populations, DISTRICT // 20), bytes(draws.SEED_BYTES))
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    sorted(unit.key for unit in frame)
    floor = time.perf_counter() - began
    return Result(
        name="supervision.draw",
        value=seconds,
        unit="s",
        goal=1.0,
        note=f"{len(drawn)} of {DISTRICT} doors in {len(populations)} strata; sorting the keys alone {floor:.2f} s",
    )
