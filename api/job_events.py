"""A job's events: page by page as JSON, or live as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Header, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse

from api.dependencies import Paging, TeamMember, TheDatabase, TheWatching
from api.pagination import Listing, Page
from api.problems import problems
from api.routing import noun
from api.schemas.base import JobId
from api.schemas.jobs import JobEventSchema
from api.watching import Watching
from shared.db import Database
from shared.errors import NotFound
from shared.jobs import queries
from shared.lifecycles import JOB, JobStatus
from shared.teams.caller import TeamCaller

router = noun("jobs")

STREAM = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0

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
        return await run_in_threadpool(_page, database, caller, job_id, page)
    if await run_in_threadpool(_nothing_left, database, caller, job_id, last_event_id):
        return Response(status_code=204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(watching, job_id, last_event_id), media_type=STREAM, headers=headers)


def _page(database: Database, caller: TeamCaller, job_id: JobId, page: Page) -> Response:
    with database.reading(caller.scope) as db:
        job = queries.get_job(db, job_id, team_id=caller.team_id)
        events = queries.list_events(db, job.id, after=page.after_number or 0, limit=page.fetch)
        return JSONResponse(page.of(JobEventSchema, events).model_dump(mode="json"))


def _nothing_left(database: Database, caller: TeamCaller, job_id: JobId, after: int) -> bool:
    with database.reading(caller.scope) as db:
        job = queries.get_job(db, job_id, team_id=caller.team_id)
        return job.status in JOB.terminal and not queries.list_events(db, job.id, after=after, limit=1)


async def _stream(watching: Watching, job_id: JobId, after: int) -> AsyncIterator[str]:
    async with watching.watch(job_id, after) as events:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            shown = JobEventSchema.model_validate(event)
            yield f"id: {shown.id}\nevent: {shown.kind}\ndata: {shown.model_dump_json()}\n\n"
            if shown.kind == "status" and JobStatus(shown.data["status"]) in JOB.terminal:
                return
