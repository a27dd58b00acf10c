"""Datasets on their way out: the bytes as they came, or the examples in the form of another trainer, and what a form would lack."""

from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, StringConstraints

from api.dependencies import Heavy, Store, TeamMember, TheDatabase
from api.problems import problems
from api.routing import noun
from api.schemas.base import DatasetId
from api.schemas.exports import Exports, ExportSchema
from shared.datasets import queries
from shared.datasets.exporting import EXPORTS, CannotExportError, Exported, exported, outlook
from shared.errors import DatasetNotReady, FieldError, InvalidRequest, NotFound

router = noun("datasets")

CHUNK_BYTES = 65_536

_LEFT_OUT = {
    "description": "With `as`: what the file lacks, as `examples=2, shortened=12`; `not counted` of a large dataset.",
    "schema": {"type": "string"},
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string"}, "example": '{"messages": []}\n'}},
        "headers": {"X-Left-Out": _LEFT_OUT},
    }
}

Export = Annotated[
    str, StringConstraints(max_length=60, pattern="^[a-z0-9_]+$"), Field(json_schema_extra={"enum": [*EXPORTS]})
]


@router.get(
    "/datasets/{dataset_id}/content",
    summary="Download a dataset",
    response_class=StreamingResponse,
    responses={**problems(NotFound, DatasetNotReady), **_BYTES},
)
def get_content(
    dataset_id: DatasetId,
    caller: TeamMember,
    database: TheDatabase,
    storage: Store,
    as_: Annotated[Export | None, Query(alias="as", description="The form to have it in.")] = None,
) -> Response:
    """The bytes, as they were uploaded; with `as`, the examples in the form that an open trainer reads, or as a table.

    `jsonl` is what providers are sent. What a form cannot say is left out: the header `X-Left-Out` says how many examples lack
    altogether, and how many are shortened; `/exports` says what, and why.
    """
    with database.reading(caller.scope) as db:
        dataset = queries.get_stored(db, dataset_id, team_id=caller.team_id)
    if as_ is None:
        return StreamingResponse(_chunks(storage.open(dataset.blob)), media_type="application/octet-stream")
    try:
        out = exported(storage, dataset, as_)
    except CannotExportError as error:
        raise _refused(dataset_id, error) from error
    named = {"Content-Disposition": f'attachment; filename="{out.filename}"', "X-Left-Out": _left_out(out)}
    return StreamingResponse(out.content, media_type="application/octet-stream", headers=named)


@router.get(
    "/datasets/{dataset_id}/exports",
    summary="See what an export would lack",
    responses=problems(NotFound, DatasetNotReady),
)
def list_exports(
    dataset_id: DatasetId,
    caller: TeamMember,
    database: TheDatabase,
    storage: Store,
    _: Heavy,
    as_: Annotated[Export | None, Query(alias="as", description="Only this form, tried on more examples.")] = None,
) -> Exports:
    """The forms in which `/content` hands a dataset out, and what each would leave out: whole examples, or parts of them.

    All forms are tried on the first thousand examples; one that is named by `as`, on all in the first 16 MB.
    """
    with database.reading(caller.scope) as db:
        dataset = queries.get_stored(db, dataset_id, team_id=caller.team_id)
    try:
        forms = outlook(storage, dataset, as_)
    except CannotExportError as error:
        raise _refused(dataset_id, error) from error
    return Exports(data=[ExportSchema.of(form) for form in forms])


def _left_out(out: Exported) -> str:
    if out.lacks is None:
        return "not counted"
    return f"examples={out.lacks.left_out}, shortened={out.lacks.shortened}"


def _refused(dataset_id: DatasetId, error: CannotExportError) -> InvalidRequest:
    return InvalidRequest(f"{dataset_id} cannot be had so: {error}.", [FieldError("query/as", str(error))])


def _chunks(blob: BinaryIO) -> Iterator[bytes]:
    with blob:
        while chunk := blob.read(CHUNK_BYTES):
            yield chunk
