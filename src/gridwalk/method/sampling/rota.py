"""Which community checks which: a circle that is turned on by one from round to round (P18).

Nobody checks itself; no two check each other in one round, nor does anybody check who checked it the round before; in a
season every two meet. With four or six communities a pair or two check each other in rounds that follow.
"""

from __future__ import annotations

FEWEST = 3
"""With fewer communities the street checks them itself: two would check each other."""


def season(n_communities: int) -> list[list[int]]:
    """The rounds of a season: for each, the community checked by each one, all by their places in code order.

    Empty where there are fewer than ``FEWEST``. Half the turns of the circle make every two meet once. Where the
    number is even, opposite ones never meet by turning, as by half a turn they would check each other: one more round
    goes round a circle in which they are neighbours. It stands where no round beside it is its reverse.
    """
    if n_communities < FEWEST:
        return []
    turns = range(1, (n_communities + 1) // 2)
    rounds = [[(place + turn) % n_communities for place in range(n_communities)] for turn in turns]
    if n_communities % 2 == 0:
        half = n_communities // 2
        circle = [place for near in range(half) for place in (near + half, near)]
        checked = dict(zip(circle, circle[-1:] + circle[:-1], strict=True))
        rounds.insert(2, [checked[place] for place in range(n_communities)])
    return rounds


def checked_by(n_communities: int, stored: int) -> list[int]:
    """The round that a stored number stands for; seasons follow one another. Raises ValueError below ``FEWEST``."""
    rounds = season(n_communities)
    if not rounds:
        raise ValueError(f"at least {FEWEST} communities are needed")
    return rounds[stored % len(rounds)]
