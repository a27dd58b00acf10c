"""Strays, as the worker sees them: one piece of work is one walk through a connection's list of jobs.

Duplicates of our own jobs are asked to stop (`duplicates`), and those first that are known. What somebody else has ordered is
told of, and left alone.
"""

from contextlib import closing

import structlog

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen
from shared.db import UNAVAILABLE
from shared.jobs.strays.sorting import news, sort_out
from shared.jobs.strays.tables import Walk
from shared.jobs.strays.walking import Work, record_walked, take
from shared.jobs.tags import Tag
from shared.providers.base import Provider, ProviderError, ProviderJob
from shared.queue import Task
from worker.context import Context
from worker.duplicates import settle
from worker.heartbeat import kept
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
                settle(context, work, provider, seconds=SECONDS / 2)
                _walk(context, work, provider, meter)
                if not meter.closed:
                    settle(context, work, provider, seconds=SECONDS / 4)
            is_done = True
        except (ProviderError, CannotOpen, TooLate) as error:
            log.info("walk_broke_off", connection=work.connection.name, why=str(error) or "it took too long")
    with context.database.transaction() as db:
        record_walked(db, work, meter.asked, is_done=is_done)
    return True


def _walk(context: Context, work: Work, provider: Provider, meter: Meter) -> None:
    """Page by page. A list that is longer than the time suffices for is walked as far as that: its newest jobs come first."""
    tags, pages = Tags(provider, context.storage, work.connection), 0
    try:
        for page in provider.newest_jobs():
            pages += 1
            with context.database.transaction() as db:
                unknown = news(db, work.connection, page)
            for found, tag in tags.of(unknown):
                _sort_out(context, work, found, tag)
            if pages == work.most_pages or not (unknown or work.is_whole):
                return
    except (ProviderError, TooLate):
        if not (pages and meter.closed):
            raise
        log.info("walk_ran_out_of_time", connection=work.connection.name, pages=pages)


def _sort_out(context: Context, work: Work, found: ProviderJob, tag: Tag | None) -> None:
    """One odd job keeps no other from being found."""
    try:
        with context.database.transaction() as db:
            sort_out(db, work.connection, found, tag, context.installation)
    except UNAVAILABLE:
        raise
    except Exception:
        log.exception("stray_not_sorted_out", connection=work.connection.name, provider_job=found.id)
