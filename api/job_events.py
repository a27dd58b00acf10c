"""A job's events: page by page as JSON, or live as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.background import BackgroundTask

from api.bearer import shown_key
from api.dependencies import Paging, TeamMember, TheDatabase, TheWatching
from api.pagination import Listing, Page
from api.problems import problems
from api.routing import noun
from api.schemas.base import JobId
from api.schemas.jobs import JobEventSchema
from shared.db import UNAVAILABLE, Database
from shared.errors import NotFound, Unauthenticated
from shared.jobs import queries
from shared.jobs.tables import JobEvent
from shared.lifecycles import JOB, JobStatus
from shared.teams.caller import TeamCaller, find_caller

router = noun("jobs")

STREAM = "text/event-stream"
Watched = AbstractAsyncContextManager["asyncio.Queue[JobEvent | None]"]

KEEP_ALIVE_SECONDS = 15.0
"""How often a stream says that it is there, and looks whether its key still works."""

_UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            STREAM: {"schema": {"type": "string"}, "example": 'id: 4711\nevent: progress\ndata: {"id": 4711}\n\n'}
        },
        "description": "A page of events; or, where `Accept: text/event-stream` asks for it, the events as they happen.",
    },
    204: {"description": "To a stream's reconnection: the job has ended and everything was sent."},
}


@router.get(
    "/jobs/{job_id}/events",
    summary="Follow a job",
    response_model=Listing[JobEventSchema],
    responses={**problems(NotFound), **_LIVE},
)
async def get_events(
    request: Request,
    job_id: JobId,
    caller: TeamMember,
    page: Paging,
    database: TheDatabase,
    watching: TheWatching,
    accept: Annotated[str, Header()] = "application/json",
    last_event_id: Annotated[int, Header(ge=0, le=2**63 - 1, description="Go on after this event.")] = 0,
) -> Response:
    """Everything that has happened to a job, the oldest first: our moves, the provider's log, each measured step.

    With `Accept: text/event-stream` the connection stays open and events arrive as they happen, until the job ends; a client
    that reconnects with `Last-Event-ID` misses nothing and gets nothing twice.
    """
    if STREAM not in accept:
        answer = await run_in_threadpool(_page, database, caller, job_id, page)
        answer.background = BackgroundTask(watching.note, job_id)
        return answer
    if await run_in_threadpool(_nothing_left, database, caller, job_id, last_event_id):
        return Response(status_code=204)
    watching.check_room()
    stream = _stream(watching.watch(job_id, last_event_id), database, shown_key(request.headers))
    return StreamingResponse(stream, media_type=STREAM, headers=_UNBUFFERED)


def _page(database: Database, caller: TeamCaller, job_id: JobId, page: Page) -> Response:
    with database.reading(caller.scope) as db:
        job = queries.get_job(db, job_id, team_id=caller.team_id)
        events = queries.list_events(db, job.id, after=page.after_number or 0, limit=page.fetch)
        return JSONResponse(page.of(JobEventSchema, events).model_dump(mode="json"))


def _nothing_left(database: Database, caller: TeamCaller, job_id: JobId, after: int) -> bool:
    with database.reading(caller.scope) as db:
        job = queries.get_job(db, job_id, team_id=caller.team_id)
        return job.status in JOB.terminal and not queries.list_events(db, job.id, after=after, limit=1)


async def _stream(watch: Watched, database: Database, secret: str) -> AsyncIterator[str]:
    async with watch as events:
        look_again = monotonic() + KEEP_ALIVE_SECONDS
        while True:
            if monotonic() >= look_again:
                if not await run_in_threadpool(_still_works, database, secret):
                    return
                look_again = monotonic() + KEEP_ALIVE_SECONDS
                yield ": still here\n\n"
            try:
                event = await asyncio.wait_for(events.get(), look_again - monotonic())
            except TimeoutError:
                continue
            if event is None:
                return
            shown = JobEventSchema.model_validate(event)
            yield f"id: {shown.id}\nevent: {shown.kind}\ndata: {shown.model_dump_json()}\n\n"
            if _is_last(shown):
                return


def _is_last(event: JobEventSchema) -> bool:
    return event.kind == "status" and JobStatus(event.data["status"]) in JOB.terminal


def _still_works(database: Database, secret: str) -> bool:
    try:
        with database.reading() as db:
            find_caller(db, secret)
    except Unauthenticated:
        return False
    except UNAVAILABLE:
        return True  # nothing is shown while Postgres is away; it is asked again
    return True
