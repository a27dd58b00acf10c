"""Estimates and the catalogue: what can be trained where, and what it would cost, before anything is spent."""

from api.dependencies import Anyone, Read, Store, TeamMember
from api.problems import problems
from api.routing import noun
from api.schemas.estimates import Catalogue, EstimateRequest, Estimates, EstimateSchema, OfferSchema
from shared.errors import NotFound
from shared.evaluations.following import weigh_choices
from shared.evaluations.weighing import scales_of
from shared.jobs.ordering.estimates import estimate_all
from shared.jobs.ordering.offers import offers, prices_by_tier
from shared.serving.queries import aliases_of

router = noun("estimates")


@router.post("/estimates", summary="Estimate what training would cost", responses=problems(NotFound))
def estimate_choices(body: EstimateRequest, caller: TeamMember, db: Read, storage: Store) -> Estimates:
    """Any number of choices for one dataset in one call, the cheapest marked. Binds nothing and reaches no provider.

    A choice that cannot be bought (no known price, closed, shut down, faulty dataset) carries `refused` instead of amounts.
    With `evaluation`, each says what the evaluation after its job could cost at most, beside its own amounts.
    """
    choices = [choice.choice() for choice in body.choices]
    found = estimate_all(db, body.dataset_id, choices, team_id=caller.team_id)
    if body.evaluation is None:
        return Estimates(data=[EstimateSchema.of(one) for one in found])
    scales = scales_of(db, storage, caller.team_id, aliases_of(db, caller.team_id))
    weighed = weigh_choices(db, scales, body.evaluation.plan(), found)
    return Estimates(data=[EstimateSchema.of(*pair) for pair in zip(found, weighed, strict=True)])


@router.get("/catalogue", summary="List what can be trained")
def get_catalogue(_: Anyone, db: Read) -> Catalogue:
    """Every model that a connection trains today: by which method, at which price, with which limits, until when."""
    return Catalogue(data=[OfferSchema.of(offer, prices_by_tier(db, offer)) for offer in offers(db)])
