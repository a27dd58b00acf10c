"""Whose turn it is when jobs of several teams wait for one account: weighted turns on a virtual clock. Pure.

Each turn takes as long on that clock as its team's weight is small. The team whose next turn would begin first goes next; a team
that had nothing to send begins where the others are, so that nobody saves turns up and nobody waits for a queue of thousands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.ids import TeamId

_TURN = 1_000_000
"""Microseconds on the virtual clock, of a team of weight 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """A team's place in the line of one account. `begins`: when its next turn would begin; `waiting`: how many jobs it has."""

    team_id: TeamId
    weight: int
    begins: int
    waiting: int


def turn_of(weight: int) -> int:
    """How long a turn of a team takes."""
    return max(1, _TURN // weight)


def before(line: Sequence[Place], team_id: TeamId, own: int) -> int:
    """How many jobs of other teams go before the one of this team that has `own` jobs of its own team before it."""
    mine = next(place for place in line if place.team_id == team_id)
    begins = mine.begins + own * turn_of(mine.weight)
    return sum(_before(place, begins, team_id) for place in line if place.team_id != team_id)


def _before(other: Place, begins: int, team_id: TeamId) -> int:
    """How many of its turns begin earlier; of two that begin together, the one of the older team goes first."""
    ahead, turn = begins - other.begins, turn_of(other.weight)
    if ahead < 0:
        return 0
    earlier = -(-ahead // turn)
    together = ahead % turn == 0 and other.team_id < team_id
    return min(other.waiting, earlier + together)
