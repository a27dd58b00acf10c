"""What changes routing: a lead or an admin says where a dataset, or all of a team's data, may go.

A version that is made of another, or follows it under its name, goes where that one may go at most: see `queries`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from shared.datasets.naming import lock_name
from shared.datasets.queries import get_dataset
from shared.datasets.routing.queries import open_connections
from shared.datasets.tables import Dataset
from shared.errors import FieldError, InvalidRequest
from shared.ids import ConnectionId, DatasetId, TeamId
from shared.teams.actions import audit
from shared.teams.caller import TeamCaller
from shared.teams.queries import get_team
from shared.teams.tables import Team


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where data may go: to these connections, to these regions. None = to any; both None = there is no rule."""

    connections: Sequence[ConnectionId] | None = None
    regions: Sequence[str] | None = None

    def stored(self) -> dict[str, Any] | None:
        """As it is kept; None where there is no rule."""
        said = {"connections": self.connections, "regions": self.regions}
        kept = {name: sorted(set(values)) for name, values in said.items() if values is not None}
        return kept or None


def route_dataset(db: Session, dataset_id: DatasetId, bounds: Bounds, caller: TeamCaller) -> Dataset:
    """Say where one dataset, and what is made of it, may go. Raises NotFound or InvalidRequest."""
    # The next version takes this rule over: it is born before, and bound by nothing, or after.
    lock_name(db, caller.team_id, get_dataset(db, dataset_id, team_id=caller.team_id).name)
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id, for_update=True)
    _check_known(db, bounds, caller.team_id)
    before, dataset.routing = dataset.routing, bounds.stored()
    audit(
        db, caller, "dataset.route", dataset.id, team_id=dataset.team_id, old=_told(before), new=_told(dataset.routing)
    )
    db.flush()
    return dataset


def route_team(db: Session, bounds: Bounds, caller: TeamCaller) -> Team:
    """Say where all data of the caller's team may go. Raises NotFound or InvalidRequest."""
    team = get_team(db, caller.team_id)
    db.refresh(team, with_for_update={"key_share": True})
    _check_known(db, bounds, caller.team_id)
    before, team.routing = team.routing, bounds.stored()
    audit(db, caller, "team.route", team.id, team_id=team.id, old=_told(before), new=_told(team.routing))
    db.flush()
    return team


def _check_known(db: Session, bounds: Bounds, team_id: TeamId) -> None:
    known = {one.id for one in open_connections(db, team_id)}
    faults = [
        FieldError(f"/connections/{at}", "is no connection")
        for at, one in enumerate(bounds.connections or ())
        if one not in known
    ]
    if faults:
        raise InvalidRequest("Data is routed to connections that there are.", faults)


def _told(stored: dict[str, Any] | None) -> str | None:
    if stored is None:
        return None
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in sorted(stored.items()))
