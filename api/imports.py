"""Imports: what exists at a provider comes here; and strays, what was found there that nobody has ordered here. For admins."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Response

from api.dependencies import Admin, Paging, Read, Write
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import ConnectionId, ImportId
from api.schemas.imports import ImportItemSchema, ImportSchema, ImportStart, StraySchema
from shared.connections.queries import get_connection
from shared.db import Session
from shared.errors import Conflict, NotFound
from shared.imports import actions, queries
from shared.imports.tables import Import
from shared.jobs.strays import costs
from shared.jobs.strays.queries import list_strays

router = noun("imports")


@router.post(
    "/imports",
    status_code=HTTPStatus.ACCEPTED,
    summary="Import what exists at a provider",
    responses=problems(NotFound, Conflict),
)
def start_import(body: ImportStart, caller: Admin, db: Write, response: Response) -> ImportSchema:
    """Takes jobs and tuned models that exist at a provider into the registry, for one team, in the background. For admins: an
    account shows all teams' work.

    Jobs that run there are followed from then on, models that are done can be asked, evaluated and deployed. Their training is
    charged to no budget here, and their files stay. What is here already is left as it is.
    """
    made = actions.start(db, body.wanted(), caller)
    response.headers["Location"] = f"/v1/imports/{made.id}"
    return ImportSchema.model_validate(made)


@router.get("/imports", summary="List imports")
def list_imports(_: Admin, page: Paging, db: Read) -> Listing[ImportSchema]:
    """The newest first, dry runs too. For admins."""
    rows = queries.list_imports(db, after=page.after, limit=page.fetch)
    listing = page.of(ImportSchema, rows)
    return listing.model_copy(update={"data": _counted(db, rows, listing.data)})


@router.get("/imports/{import_id}", summary="Look at an import", responses=problems(NotFound))
def get_import(import_id: ImportId, _: Admin, db: Read) -> ImportSchema:
    """How far it is, and how many things became what. For admins."""
    found = queries.get_import(db, import_id)
    return _counted(db, [found], [ImportSchema.model_validate(found)])[0]


@router.get("/imports/{import_id}/items", summary="See what an import found", responses=problems(NotFound))
def list_import_items(import_id: ImportId, _: Admin, page: Paging, db: Read) -> Listing[ImportItemSchema]:
    """Each job and model, with what became of it, in the provider's order: the newest first. For admins."""
    found = queries.get_import(db, import_id)
    return page.of(ImportItemSchema, queries.list_items(db, found.id, after=page.after_number, limit=page.fetch))


@router.get(
    "/connections/{connection_id}/foreign-jobs",
    summary="List jobs that nobody ordered here",
    responses=problems(NotFound),
)
def list_foreign_jobs(connection_id: ConnectionId, _: Admin, page: Paging, db: Read) -> Listing[StraySchema]:
    """Jobs on the account that no job here is about, the latest find first: somebody else's, and what was bought twice. The
    latter are asked to stop, the others are left alone; `POST /v1/imports` takes them in. For admins.
    """
    connection = get_connection(db, connection_id)
    strays = list_strays(db, connection.id, before=page.after_number, limit=page.fetch)
    listing = page.of(StraySchema, strays)
    estimated = costs.estimated(db, connection, strays)
    shown = [
        stray.model_copy(update={"estimated_cost": cost}) for stray, cost in zip(listing.data, estimated, strict=False)
    ]
    return listing.model_copy(update={"data": shown})


def _counted(db: Session, rows: Sequence[Import], shown: Sequence[ImportSchema]) -> list[ImportSchema]:
    counts = queries.counts_of(db, [row.id for row in rows])
    return [one.model_copy(update={"counts": dict(counts.get(one.id, {}))}) for one in shown]
