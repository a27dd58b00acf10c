"""Versions made of versions: the same bytes read anew, remedies applied, a random division; and how two versions differ."""

from http import HTTPStatus

from fastapi import Response

from api.asked import asked_of
from api.dependencies import Read, TeamMember, Write
from api.problems import problems
from api.routing import noun
from api.schemas.base import DatasetId
from api.schemas.datasets import DatasetParts, DatasetSchema, DatasetSplit
from api.schemas.versions import DatasetPrepare, DatasetRead, Remedies
from shared.datasets import actions, queries
from shared.errors import Conflict, DatasetNotReady, NotFound

router = noun("datasets")


@router.post(
    "/datasets/{dataset_id}/read",
    status_code=HTTPStatus.ACCEPTED,
    summary="Read a dataset's bytes anew",
    responses=problems(NotFound, DatasetNotReady, Conflict),
)
def read_dataset(
    dataset_id: DatasetId, body: DatasetRead, caller: TeamMember, db: Write, response: Response
) -> DatasetSchema:
    """Makes the next version from the same bytes, read by another `format`, `mapping` or `sheet`, without sending them again.

    Also the way to have a dataset judged by the rules of a newer release.
    """
    asked = asked_of(body.format, body.mapping, body.checks, body.sheet)
    dataset = actions.read_again(db, dataset_id, asked.as_dict(), caller)
    return _accepted(DatasetSchema.model_validate(dataset), response)


@router.get(
    "/datasets/{dataset_id}/remedies", summary="See what can be mended", responses=problems(NotFound, DatasetNotReady)
)
def list_remedies(dataset_id: DatasetId, caller: TeamMember, db: Read) -> Remedies:
    """Every remedy that would change something, in how many rows, with samples of before and after. `/prepare` applies them."""
    return Remedies.model_validate({"data": queries.get_offers(db, dataset_id, team_id=caller.team_id)})


@router.post(
    "/datasets/{dataset_id}/prepare",
    status_code=HTTPStatus.ACCEPTED,
    summary="Mend a dataset",
    responses=problems(NotFound, DatasetNotReady, Conflict),
)
def prepare_dataset(
    dataset_id: DatasetId, body: DatasetPrepare, caller: TeamMember, db: Write, response: Response
) -> DatasetSchema:
    """Applies remedies to every row, in the order of `/remedies`, and makes the next version of it. The original stays as it is.

    The new version is validated like an upload. What was changed, and where, then stands in its `derivation`; what inference
    must send differently from now on, in its `recipe`.
    """
    dataset = actions.prepare(db, dataset_id, body.chosen(), caller)
    return _accepted(DatasetSchema.model_validate(dataset), response)


@router.post(
    "/datasets/{dataset_id}/split",
    status_code=HTTPStatus.ACCEPTED,
    summary="Split a dataset",
    responses=problems(NotFound, DatasetNotReady, Conflict),
)
def split_dataset(
    dataset_id: DatasetId, body: DatasetSplit, caller: TeamMember, db: Write, response: Response
) -> DatasetParts:
    """Divides a `ready` dataset into a training version and one or two held-out ones, named after it.

    All are made and validated like an upload: poll them until they are `ready`; `Location` is the training version's. The
    original stays as it is. A part that cannot be made as asked for is `rejected`, and its `reason` says why.
    """
    parts = actions.split(db, dataset_id, body.request(), caller)
    response.headers["Location"] = f"/v1/datasets/{parts[0].id}"
    return DatasetParts.model_validate({"data": parts})


def _accepted(dataset: DatasetSchema, response: Response) -> DatasetSchema:
    response.headers["Location"] = f"/v1/datasets/{dataset.id}"
    return dataset
