"""Estimates and the catalogue: what can be trained where, and what it would cost, before anything is spent."""

from api.dependencies import Anyone, Read, TeamMember
from api.problems import problems
from api.routing import noun
from api.schemas.estimates import Catalogue, EstimateRequest, Estimates, EstimateSchema, OfferSchema
from shared.errors import NotFound
from shared.jobs.estimates import estimate_all
from shared.jobs.offers import offers, prices_by_tier

router = noun("estimates")


@router.post("/estimates", summary="Estimate what training would cost", responses=problems(NotFound))
def estimate_choices(body: EstimateRequest, caller: TeamMember, db: Read) -> Estimates:
    """Any number of choices for one dataset in one call, the cheapest marked. Binds nothing and reaches no provider.

    A choice that cannot be bought (no known price, closed, shut down, faulty dataset) carries `refused` instead of amounts.
    """
    choices = [choice.choice() for choice in body.choices]
    found = estimate_all(db, body.dataset_id, choices, team_id=caller.team_id)
    return Estimates(data=[EstimateSchema.of(one) for one in found])


@router.get("/catalogue", summary="List what can be trained")
def get_catalogue(_: Anyone, db: Read) -> Catalogue:
    """Every model that a connection trains today: by which method, at which price, with which limits, until when."""
    return Catalogue(data=[OfferSchema.of(offer, prices_by_tier(db, offer)) for offer in offers(db)])
