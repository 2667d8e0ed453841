"""How many doors are drawn of each stratum, and which community checks which; plain values only."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from gridwalk.inspection import rules
from gridwalk.inspection.rules import Kind
from gridwalk.method.sampling import draws, rota


def sizes(kind: Kind, populations: Mapping[str, int], *, share: int, response: int, least: int) -> dict[str, int]:
    """Stratum → doors drawn: in proportion over all strata; of mutual checks as many of each community, so that all who
    check have as much to do.
    """
    n_drawn = rules.size(sum(populations.values()), share, response)
    if kind is not Kind.MUTUAL:
        return draws.allocation(populations, n_drawn, least=least)
    communities: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, n_doors in populations.items():
        communities[rules.community_of(name)][name] = n_doors
    drawn: dict[str, int] = {}
    for strata in communities.values():
        drawn |= draws.allocation(strata, math.ceil(n_drawn / len(communities)), least=least)
    return drawn


def checked_by(communities: Iterable[str], number: int) -> dict[str, str]:
    """Community → the one that checks it in the round of that number (1 is the first of the circle); empty where there
    are too few, as two would check each other: the street checks them.
    """
    codes = sorted(set(communities))
    if len(codes) < rota.FEWEST:
        return {}
    return {codes[place]: codes[by] for by, place in enumerate(rota.checked_by(len(codes), number - 1))}
