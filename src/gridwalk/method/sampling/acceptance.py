"""When the denials met in a community are too many for an honest one: Wald's sequential test (1945) with a cap.

An honest community is denied now and then: a household forgets, another adult answers. Where a share of the visits was
invented, these are denied as well. Checks are made one after the other until the denials say which. At the cap a
community is suspected only as far as false alarms stay as rare as was asked for; what that costs in power is said.
Probabilities and numbers of checks are exact: every path is reckoned, none is simulated.
"""

from __future__ import annotations

import dataclasses
import math
from enum import StrEnum

HONEST = 0.03
"""Share of denials in an honest community until an estimation sample of the street says otherwise."""


LEAST_DENIED = 2
"""One denial alone never makes a community suspect, however few are expected."""


class Verdict(StrEnum):
    """What the checks made so far say."""

    GO_ON = "go_on"
    ACCEPTED = "accepted"
    SUSPECT = "suspect"


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """What comes of a rule at one share of denials: the chance that it says suspect, and the checks it takes."""

    suspect: float
    n_checks: float


@dataclasses.dataclass(frozen=True)
class Rule:
    """A sequential test. ``honest``, ``inventing``: shares of denials told apart; ``lowest``, ``highest``: Wald's
    boundaries of the logarithm of the likelihood ratio; ``cap``: checks at most; ``last``: denials from which the cap
    says suspect.
    """

    honest: float
    inventing: float
    lowest: float
    highest: float
    cap: int
    last: int

    def verdict(self, n_checks: int, n_denied: int) -> Verdict:
        """What so many denials in so many checks say. Raises ValueError where they cannot be."""
        if not 0 <= n_denied <= n_checks:
            raise ValueError("0 <= n_denied <= n_checks is needed")
        if self._suspects(n_checks, n_denied):
            return Verdict.SUSPECT
        if self._ratio(n_checks, n_denied) <= self.lowest:
            return Verdict.ACCEPTED
        if n_checks < self.cap:
            return Verdict.GO_ON
        return Verdict.SUSPECT if n_denied >= self.last else Verdict.ACCEPTED

    def course(self, denied: float) -> Course:
        """What comes of the rule where that share of doors denies."""
        suspect, n_checks, at_cap = self._paths(denied)
        late = math.fsum(chance for n_denied, chance in at_cap.items() if n_denied >= self.last)
        return Course(suspect + late, n_checks)

    def at_most(self, false_alarm: float) -> Rule:
        """The rule whose cap suspects as early as it may: an honest community with that chance at most."""
        suspect, _, at_cap = self._paths(self.honest)
        likelier = [k for k in at_cap if k >= LEAST_DENIED and self._ratio(self.cap, k) > 0]
        last = self.cap + 1
        for n_denied in sorted(likelier, reverse=True):
            suspect += at_cap[n_denied]
            if suspect > false_alarm:
                break
            last = n_denied
        return dataclasses.replace(self, last=last)

    def _paths(self, denied: float) -> tuple[float, float, dict[int, float]]:
        """The chance of suspicion before the cap's own verdict, checks expected, and the chances of the denials at
        the cap that no boundary decides.
        """
        going = {0: 1.0}
        suspect = n_checks = 0.0
        for n in range(1, self.cap + 1):
            n_checks += math.fsum(going.values())
            after: dict[int, float] = {}
            for n_denied, chance in going.items():
                after[n_denied] = after.get(n_denied, 0.0) + chance * (1 - denied)
                after[n_denied + 1] = after.get(n_denied + 1, 0.0) + chance * denied
            suspected = {n_denied for n_denied in after if self._suspects(n, n_denied)}
            suspect += math.fsum(after.pop(n_denied) for n_denied in suspected)
            going = {n_denied: chance for n_denied, chance in after.items() if self._ratio(n, n_denied) > self.lowest}
        return suspect, n_checks, going

    def _suspects(self, n_checks: int, n_denied: int) -> bool:
        return n_denied >= LEAST_DENIED and self._ratio(n_checks, n_denied) >= self.highest

    def _ratio(self, n_checks: int, n_denied: int) -> float:
        denial = math.log(self.inventing / self.honest)
        other = math.log((1 - self.inventing) / (1 - self.honest))
        return n_denied * denial + (n_checks - n_denied) * other


def denied(honest: float, invented: float) -> float:
    """The share of doors that deny where a share of the visits is invented: those all, of the others the honest
    share.
    """
    return invented + (1 - invented) * honest


def rule(
    invented: float,
    *,
    honest: float = HONEST,
    n_communities: int = 9,
    false_alarm: float = 0.05,
    power: float = 0.95,
    cap: int = 200,
) -> Rule:
    """The rule for a street: ``false_alarm`` is the chance that any of its honest communities is suspected.

    Wald's boundaries are those of the chances asked for. With a small cap the power is less: ``course`` says how much.
    Raises ValueError where a share lies outside 0 to 1.
    """
    if not all(0 < share < 1 for share in (invented, honest, false_alarm, power)) or n_communities < 1 or cap < 1:
        raise ValueError("shares lie between 0 and 1, and there is a community and a check")
    of_one = 1 - (1 - false_alarm) ** (1 / n_communities)
    open_at_cap = Rule(
        honest=honest,
        inventing=denied(honest, invented),
        lowest=math.log((1 - power) / (1 - of_one)),
        highest=math.log(power / of_one),
        cap=cap,
        last=cap + 1,
    )
    return open_at_cap.at_most(of_one)
