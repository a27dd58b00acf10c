"""Strays, as the worker sees them: one piece of work is one walk through a connection's list of jobs.

Only duplicates of our own jobs are asked to stop. What somebody else has ordered is told of, and left alone.
"""

from contextlib import closing

import structlog

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen
from shared.db import UNAVAILABLE
from shared.jobs.strays.queries import unsettled
from shared.jobs.strays.recording import Bill, record_bill
from shared.jobs.strays.sorting import news, sort_out
from shared.jobs.strays.tables import Stray, Walk
from shared.jobs.strays.walking import Work, record_walked, take
from shared.jobs.tags import Tag
from shared.providers.base import Cancelled, Finished, Provider, ProviderError, ProviderJob, Refused, Unnamed
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.jobs.wishes import is_over
from worker.meter import Meter, TooLate
from worker.tagging import Tags
from worker.task import task

log = structlog.get_logger()

SECONDS = 40.0
"""When a walk sends its last request; the worker's run takes 60 in all."""


@task(Task.FIND_STRAYS)
def find_strays(context: Context) -> bool:
    """Walk the connection whose turn has been due longest."""
    with context.database.transaction() as db:
        work = take(db)
    if work is None:
        return False
    meter = Meter(work.drawn, seconds=SECONDS)
    is_done = False
    with kept(context.database, Walk, [work.connection.id], work.token):
        try:
            with closing(provider_of(work.connection, context.vault, on_request=meter)) as provider:
                _walk(context, work, provider)
                _settle(context, work, provider)
            is_done = True
        except (ProviderError, CannotOpen, TooLate) as error:
            log.info("walk_broke_off", connection=work.connection.name, why=str(error) or "it took too long")
    with context.database.transaction() as db:
        record_walked(db, work, meter.asked, is_done=is_done)
    return True


def _walk(context: Context, work: Work, provider: Provider) -> None:
    tags = Tags(provider, context.storage)
    for number, page in enumerate(provider.newest_jobs(), start=1):
        with context.database.transaction() as db:
            unknown = news(db, work.connection, page)
        for found, tag in tags.of(unknown):
            _sort_out(context, work, found, tag)
        if number == work.most_pages or not (unknown or work.is_whole):
            return


def _sort_out(context: Context, work: Work, found: ProviderJob, tag: Tag | None) -> None:
    """One odd job keeps no other from being found."""
    try:
        with context.database.transaction() as db:
            sort_out(db, work.connection, found, tag, context.installation)
    except UNAVAILABLE:
        raise
    except Exception:
        log.exception("stray_not_sorted_out", connection=work.connection.name, provider_job=found.id)


def _settle(context: Context, work: Work, provider: Provider) -> None:
    """Ask duplicates to stop, and charge those that are over."""
    with context.database.reading() as db:
        duplicates = unsettled(db, work.connection.id)
    for duplicate in duplicates:
        seen = provider.job(duplicate.provider_job_id)
        if seen is not None and not is_over(seen) and not isinstance(seen.outcome, Unnamed):
            seen = provider.cancel(seen.id)
        if seen is None or is_over(seen) or isinstance(seen.outcome, Unnamed):
            bill = _bill(provider, duplicate, seen)
            with context.database.transaction() as db:
                record_bill(db, duplicate.id, bill)


def _bill(provider: Provider, duplicate: Stray, seen: ProviderJob | None) -> Bill:
    """As the provider states it, in the job or in its log; else what was trained by its last word, until the bill is known."""
    if seen is None:
        return Bill("gone", duplicate.trained_tokens or 0, provisional=True)
    match seen.outcome:
        case Refused():
            return Bill(seen.status, 0)
        case (
            Finished(billed_tokens=int(billed))
            | Cancelled(billed_tokens=int(billed))
            | Unnamed(billed_tokens=int(billed))
        ):
            return Bill(seen.status, billed)
    stated = [event.billed_tokens for event in provider.events(seen.id, ()) if event.billed_tokens is not None]
    if stated:
        return Bill(seen.status, stated[-1])
    return Bill(seen.status, seen.trained_tokens or 0, provisional=bool(seen.trained_tokens))
