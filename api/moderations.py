"""Moderations: a dataset's examples shown to a provider's moderation, to know what it objects to before a job is paid."""

from http import HTTPStatus

from fastapi import Response

from api.dependencies import Paging, Read, TeamMember, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import DatasetId, ModerationId
from api.schemas.moderations import ModerationSchema, ModerationSubmit
from shared.datasets.moderation import actions, queries
from shared.datasets.queries import get_dataset
from shared.errors import Conflict, DatasetNotReady, DatasetRejected, NotFound, RouteForbidden

router = noun("moderations")


@router.post(
    "/datasets/{dataset_id}/moderations",
    status_code=HTTPStatus.ACCEPTED,
    summary="Moderate a dataset",
    responses=problems(NotFound, Conflict, DatasetNotReady, DatasetRejected, RouteForbidden),
)
def submit_moderation(
    dataset_id: DatasetId, body: ModerationSubmit, caller: TeamMember, db: Write, response: Response
) -> ModerationSchema:
    """Shows the well-formed examples of a dataset, `ready` or `rejected`, to the provider's moderation, in the background and
    at no cost: all of them, or a `sample`, which is the same one each time.

    What it objects to becomes a finding `moderation_flagged` on its line. Azure has no moderation to ask.
    """
    made = actions.submit(db, dataset_id, body.connection_id, body.sample, caller)
    response.headers["Location"] = f"/v1/moderations/{made.id}"
    return ModerationSchema.model_validate(made)


@router.get("/datasets/{dataset_id}/moderations", summary="List a dataset's moderations", responses=problems(NotFound))
def list_moderations(dataset_id: DatasetId, caller: TeamMember, page: Paging, db: Read) -> Listing[ModerationSchema]:
    """The newest first, with those that are over: how often a dataset was shown, to whom, and what came of it."""
    dataset = get_dataset(db, dataset_id, team_id=caller.team_id)
    return page.of(ModerationSchema, queries.list_moderations(db, dataset.id, after=page.after, limit=page.fetch))


@router.get("/moderations/{moderation_id}", summary="Look at a moderation", responses=problems(NotFound))
def get_moderation(moderation_id: ModerationId, caller: TeamMember, db: Read) -> ModerationSchema:
    """How far it is, and how many examples were objected to in which category. The lines are among the dataset's findings."""
    return ModerationSchema.model_validate(queries.get_moderation(db, moderation_id, team_id=caller.team_id))
