"""Uploads in parts: begun, sent from any byte on, looked at by anyone of the team, completed into a dataset.

Modelled on the drafts for resumable uploads: `Upload-Offset` says where a request's bytes belong, and how far the upload is.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from api.appending import Appending
from api.asked import asked_of
from api.context import turn
from api.dependencies import (
    HEAVY_PATIENCE_SECONDS,
    Paging,
    Read,
    Store,
    TeamMember,
    TheAttempt,
    TheContext,
    TheDatabase,
    TheSettings,
    Write,
)
from api.idempotency import Attempt, Replay
from api.pagination import Listing
from api.problems import problems
from api.routing import noun
from api.schemas.base import UploadId
from api.schemas.datasets import DatasetSchema
from api.schemas.uploads import UploadBegin, UploadSchema
from api.upload_headers import BYTES, ContentDigest, Offset, announced_digest, check_kind, check_length, how_far
from shared.datasets.uploads import actions, queries
from shared.datasets.uploads.actions import Announced, Bounds
from shared.datasets.uploads.assembly import assembled, digest_of
from shared.datasets.uploads.tables import Upload
from shared.db import Database
from shared.errors import (
    Conflict,
    DigestMismatch,
    IllegalTransition,
    NotFound,
    OffsetMismatch,
    QuotaExceeded,
    StorageFull,
)
from shared.storage import Storage, StorageIsFull
from shared.teams.caller import TeamCaller

router = noun("uploads")


@router.post(
    "/uploads",
    status_code=HTTPStatus.CREATED,
    summary="Begin an upload in parts",
    responses=problems(Conflict, QuotaExceeded),
)
def begin_upload(
    body: UploadBegin, caller: TeamMember, db: Write, settings: TheSettings, response: Response
) -> UploadSchema:
    """Announces a file that is too large, or a connection too poor, for one request.

    Send its bytes with PATCH to `Location`, as many at a time as you like (some megabytes do well); after an interruption ask
    with HEAD how far it is and go on from there. When all are there, complete it. What is not completed by `expires_at` is
    forgotten.
    """
    asked = asked_of(body.format, body.mapping, body.checks, body.sheet).as_dict()
    announced = Announced(body.name, body.filename or f"{body.name}.jsonl", body.size_bytes, body.sha256, asked)
    upload = actions.begin(db, announced, Bounds(settings.dataset_max_bytes, settings.upload_hours), caller)
    response.headers.update({"Location": f"/v1/uploads/{upload.id}"} | how_far(upload))
    return UploadSchema.model_validate(upload)


@router.get("/uploads", summary="List uploads in parts")
def list_uploads(caller: TeamMember, page: Paging, db: Read) -> Listing[UploadSchema]:
    """The team's uploads, the newest first, with those that are over."""
    rows = queries.list_uploads(db, team_id=caller.team_id, after=page.after, limit=page.fetch)
    return page.of(UploadSchema, rows)


@router.get("/uploads/{upload_id}", summary="Look at an upload", responses=problems(NotFound))
def get_upload(upload_id: UploadId, caller: TeamMember, db: Read, response: Response) -> UploadSchema:
    """How far an upload is; anyone of the team may look while another client sends."""
    upload = queries.get_upload(db, upload_id, team_id=caller.team_id)
    response.headers.update(how_far(upload))
    return UploadSchema.model_validate(upload)


@router.head(
    "/uploads/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Ask how far an upload is",
    responses=problems(NotFound),
)
def head_upload(upload_id: UploadId, caller: TeamMember, db: Read) -> Response:
    """Answers in headers: `Upload-Offset` bytes of `Upload-Length` are there for good."""
    upload = queries.get_upload(db, upload_id, team_id=caller.team_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=how_far(upload))


@router.patch(
    "/uploads/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Send bytes of an upload",
    responses=problems(NotFound, Conflict, OffsetMismatch, DigestMismatch, StorageFull),
    openapi_extra=BYTES,
)
async def append_to_upload(  # the bytes stream: no thread and no session is held meanwhile
    request: Request,
    upload_id: UploadId,
    caller: TeamMember,
    storage: Store,
    database: TheDatabase,
    upload_offset: Offset,
    content_digest: ContentDigest = None,
) -> Response:
    """Adds bytes at `Upload-Offset`, which must be where the upload stands; the answer's `Upload-Offset` is where it stands then.

    Of two who send at once one is refused. A connection that is cut loses little: what arrived is kept, unless a
    `Content-Digest` was announced.
    """
    check_kind(request)
    sha256 = announced_digest(content_digest)
    upload = await run_in_threadpool(_standing_at, database, upload_id, caller, upload_offset)
    check_length(request, upload)
    async with _appended(Appending(database, storage, caller, upload, sha256)) as appending:
        try:
            async for chunk in request.stream():
                await run_in_threadpool(appending.feed, chunk)
        except ClientDisconnect:
            await run_in_threadpool(appending.stop)
            raise
        await run_in_threadpool(appending.finish)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Upload-Offset": str(appending.offset)})


@router.post(
    "/uploads/{upload_id}/complete",
    status_code=HTTPStatus.ACCEPTED,
    summary="Complete an upload",
    response_model=DatasetSchema,
    responses=problems(NotFound, Conflict, OffsetMismatch, DigestMismatch),
)
async def complete_upload(  # only who has bytes to hold against a digest waits for a place among the few
    upload_id: UploadId, caller: TeamMember, context: TheContext, storage: Store, attempt: TheAttempt
) -> Response:
    """Makes a dataset of an upload whose bytes are all there. It is put together and validated in the background.

    Poll `Location` until it is `ready` or `rejected`. Completing it again answers with the same dataset. If a `sha256` was
    announced, the bytes are held against it first, which takes some seconds for each gigabyte.
    """
    database = context.database
    if await run_in_threadpool(_has_digest_to_check, database, upload_id, caller):
        async with turn(context.heavy, HEAVY_PATIENCE_SECONDS):
            await run_in_threadpool(_check_digest, database, storage, upload_id, caller)
    return await run_in_threadpool(_completed, database, upload_id, caller, attempt)


@router.delete(
    "/uploads/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Abort an upload",
    responses=problems(NotFound, IllegalTransition),
)
def abort_upload(upload_id: UploadId, caller: TeamMember, db: Write) -> None:
    """Gives an upload up: its bytes are deleted, and it no longer counts among the team's open uploads."""
    actions.abort(db, upload_id, caller)


def _standing_at(database: Database, upload_id: UploadId, caller: TeamCaller, offset: int) -> Upload:
    with database.reading(caller.scope) as db:
        upload = queries.get_open_upload(db, upload_id, team_id=caller.team_id)
    if upload.received_bytes != offset:
        raise OffsetMismatch(upload.received_bytes)
    return upload


@asynccontextmanager
async def _appended(appending: Appending) -> AsyncIterator[Appending]:
    try:
        yield appending
    except StorageIsFull as error:
        raise StorageFull(
            f"There is no room for more of this upload. {appending.offset:,} bytes are kept; ask an admin for more storage."
        ) from error
    finally:
        await run_in_threadpool(appending.close)


def _has_digest_to_check(database: Database, upload_id: UploadId, caller: TeamCaller) -> bool:
    with database.reading(caller.scope) as db:
        upload = queries.get_upload(db, upload_id, team_id=caller.team_id)
        return upload.dataset_id is None and upload.sha256 is not None


def _check_digest(database: Database, storage: Storage, upload_id: UploadId, caller: TeamCaller) -> None:
    with database.reading(caller.scope) as db:
        upload = queries.get_upload(db, upload_id, team_id=caller.team_id)
        if upload.dataset_id is not None or upload.sha256 is None:
            return
        queries.get_open_upload(db, upload_id, team_id=caller.team_id)
        keys = queries.piece_keys(db, upload)
    actions.check_whole(upload)
    # The pieces came in any number of requests, perhaps to several processes, and a digest that is half done can be handed from
    # one to another by no library: so all is read, while nobody's session waits, by few at once. The worker could do it, but
    # then a dataset would stand there of bytes that nobody meant, in place of a refusal.
    actual = digest_of(assembled(storage, keys))
    if actual != upload.sha256:
        raise DigestMismatch(upload.sha256, actual, "")


def _completed(database: Database, upload_id: UploadId, caller: TeamCaller, attempt: Attempt) -> Response:
    try:
        with database.transaction(caller.scope) as db:
            attempt.begin(db, b"")
            dataset = actions.complete(db, upload_id, caller)
            response = JSONResponse(
                DatasetSchema.model_validate(dataset).model_dump(mode="json"),
                HTTPStatus.ACCEPTED,
                {"Location": f"/v1/datasets/{dataset.id}"},
            )
            attempt.keep(db, b"", response)
    except Replay as replay:
        return replay.response
    return response
