"""Routing: where a dataset, or all of a team's data, may go. Seen by everybody of the team, said by its leads and by admins."""

from api.dependencies import LeadOfPath, MemberOfPath, Read, TeamLead, TeamMember, Write
from api.problems import problems
from api.routing import noun
from api.schemas.base import DatasetId
from api.schemas.data_routing import RoutingPut, RoutingSchema
from shared.datasets.queries import get_dataset
from shared.datasets.routing import actions
from shared.datasets.routing.queries import open_connections, routing_of
from shared.db import Session
from shared.errors import NotFound
from shared.ids import TeamId

router = noun("routing")


@router.get("/datasets/{dataset_id}/routing", summary="See where a dataset may go", responses=problems(NotFound))
def get_dataset_routing(dataset_id: DatasetId, caller: TeamMember, db: Read) -> RoutingSchema:
    """The rules on a dataset: its own, those of every version that it was made of, and the team's."""
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id)
    return _shown(db, dataset.team_id, dataset.id)


@router.put("/datasets/{dataset_id}/routing", summary="Say where a dataset may go", responses=problems(NotFound))
def put_dataset_routing(dataset_id: DatasetId, body: RoutingPut, caller: TeamLead, db: Write) -> RoutingSchema:
    """Binds a dataset, as training data and as what models are evaluated on, to connections, to regions or to both.

    What is made of it is bound too, whatever is said of that, and so is the next version that is uploaded under its name. Orders,
    questions and moderations that would send it elsewhere are refused with `route_forbidden`; what was ordered before is not
    sent any more. In a region only Azure's standard tier stays. For leads and admins.
    """
    dataset = actions.route_dataset(db, dataset_id, body.bounds(), caller)
    return _shown(db, dataset.team_id, dataset.id)


@router.get("/teams/{team_id}/routing", summary="See where a team's data may go", responses=problems(NotFound))
def get_team_routing(caller: MemberOfPath, db: Read) -> RoutingSchema:
    """The rule on all datasets of a team, if there is one."""
    return _shown(db, caller.team_id)


@router.put("/teams/{team_id}/routing", summary="Say where a team's data may go", responses=problems(NotFound))
def put_team_routing(body: RoutingPut, caller: LeadOfPath, db: Write) -> RoutingSchema:
    """Binds all datasets of a team, those to come too. A dataset's own rule narrows it further. For leads and admins."""
    actions.route_team(db, body.bounds(), caller)
    return _shown(db, caller.team_id)


def _shown(db: Session, team_id: TeamId, *dataset_ids: DatasetId) -> RoutingSchema:
    routing = routing_of(db, team_id, dataset_ids)
    return RoutingSchema.of(routing, routing.allowed(open_connections(db, team_id)))
