"""Datasets: looked at, described, put away. How they come in and go out, and what is made of them, stand in files of their own."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from api.dependencies import Paging, Read, Store, TeamMember, TheDatabase, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import DatasetId
from api.schemas.datasets import (
    DatasetSchema,
    DatasetSummary,
    Examples,
    SoughtName,
)
from api.schemas.reports import FindingSchema, ReportSchema
from api.schemas.versions import DatasetPatch
from shared.datasets import actions, queries
from shared.datasets.findings import Severity
from shared.errors import Conflict, DatasetNotReady, NotFound
from shared.jobs.ordering.estimates import estimate_offers

router = noun("datasets")


@router.get("/datasets", summary="List datasets")
def list_datasets(
    caller: TeamMember, page: Paging, db: Read, name: Annotated[SoughtName | None, Query()] = None
) -> Listing[DatasetSummary]:
    """The team's datasets, every version, the newest first; with `name` only the versions of one."""
    rows = queries.list_datasets(db, team_id=caller.team_id, after=page.after, limit=page.fetch, name=name)
    return page.of(DatasetSummary, rows)


@router.get("/datasets/{dataset_id}", summary="Look at a dataset", responses=problems(NotFound))
def get_dataset(dataset_id: DatasetId, caller: TeamMember, db: Read) -> DatasetSchema:
    """Where a dataset stands and why. Poll it until it is `ready` or `rejected`."""
    return DatasetSchema.model_validate(queries.get_dataset(db, dataset_id, team_id=caller.team_id))


@router.patch("/datasets/{dataset_id}", summary="Describe a dataset", responses=problems(NotFound, Conflict))
def describe_dataset(dataset_id: DatasetId, body: DatasetPatch, caller: TeamMember, db: Write) -> DatasetSchema:
    """Says in words what a dataset is for. Its bytes never change."""
    return DatasetSchema.model_validate(actions.describe(db, dataset_id, body.description, caller))


@router.delete(
    "/datasets/{dataset_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Archive a dataset",
    responses=problems(NotFound, Conflict),
)
def archive_dataset(dataset_id: DatasetId, caller: TeamMember, db: Write) -> None:
    """Puts a dataset away: no new job can use it. What was trained on it keeps its name and digest."""
    actions.archive(db, dataset_id, caller)


@router.get("/datasets/{dataset_id}/report", summary="Read the report", responses=problems(NotFound, DatasetNotReady))
def get_report(dataset_id: DatasetId, caller: TeamMember, db: Read) -> ReportSchema:
    """Counts, tokens, quantiles, what training would cost where, and every kind of finding with how to mend it and who would
    refuse the file for it.
    """
    dataset, report = queries.get_report(db, dataset_id, team_id=caller.team_id)
    return ReportSchema.of(dataset, report, estimate_offers(db, dataset))


@router.get(
    "/datasets/{dataset_id}/findings",
    summary="List what is wrong",
    responses=problems(NotFound, DatasetNotReady),
)
def list_findings(
    dataset_id: DatasetId,
    caller: TeamMember,
    page: Paging,
    db: Read,
    code: Annotated[str | None, Query(max_length=60, pattern="^[a-z0-9_]+$")] = None,
    severity: Severity | None = None,
) -> Listing[FindingSchema]:
    """Every finding with its line, its place in the line and how to mend it; those of the whole file (line 0) first."""
    dataset, _report = queries.get_report(db, dataset_id, team_id=caller.team_id)
    wanted = queries.Findings(dataset.id, page.after_number or 0, code, severity)
    return page.of(FindingSchema, queries.list_findings(db, wanted, limit=page.fetch))


@router.get(
    "/datasets/{dataset_id}/examples", summary="Look at examples", responses=problems(NotFound, DatasetNotReady)
)
def list_examples(
    dataset_id: DatasetId,
    caller: TeamMember,
    database: TheDatabase,
    storage: Store,
    offset: Annotated[int, Query(ge=0, le=10**9, description="Lines to pass over.")] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Examples:
    """A few examples: at most a megabyte of them; a longer one is shown by its beginning. Of a text with faults, its lines."""
    with database.reading(caller.scope) as db:
        dataset = queries.get_stored(db, dataset_id, team_id=caller.team_id)
    # Far lines of a large file take seconds: nobody's session waits for them.
    return Examples.model_validate(queries.read_examples(storage, dataset, offset, limit))
