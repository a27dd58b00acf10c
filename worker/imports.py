"""Imports, as the worker sees them: one piece of work is one import, gone through to the end of the provider's list.

What is taken in is not looked at here: the rounds do that, as with any job that runs.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TypeVar

import structlog

from shared.connections.access import provider_of
from shared.connections.allowance import give_back
from shared.connections.credentials import CannotOpen
from shared.connections.outages import REFUSED_SECONDS
from shared.db import UNAVAILABLE
from shared.imports.recording import Work, record_end, record_jobs, record_models, record_wait, take
from shared.imports.tables import Import
from shared.providers.base import Provider, ProviderError, Rejected, Throttled
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.meter import Meter
from worker.tagging import Tags
from worker.task import task

log = structlog.get_logger()

LONGEST_WAIT_SECONDS = 600.0
_FAULT_SECONDS = 60.0
_AT_ONCE = 25
"""So many are taken in together: meanwhile nobody else's money moves."""

T = TypeVar("T")


@task(Task.IMPORT_JOBS)
def import_jobs(context: Context) -> bool:
    """Go through one import."""
    with context.database.transaction() as db:
        work = take(db)
    if work is None:
        return False
    meter = Meter(work.drawn)
    with kept(context.database, Import, [work.wanted.id], work.token):
        try:
            with closing(provider_of(work.connection, context.vault, on_request=meter)) as provider:
                _go_through(context, work, provider)
        except (ProviderError, CannotOpen) as error:
            _wait(context, work, error)
        except UNAVAILABLE:
            raise
        except Exception:
            log.exception("import_broke_off", subject=work.wanted.id)
            with context.database.transaction() as db:
                record_wait(db, work, "Something went wrong on our side.", "internal_error", _FAULT_SECONDS)
    with context.database.transaction() as db:
        give_back(db, work.connection.id, work.drawn, meter.asked)
    return True


def _go_through(context: Context, work: Work, provider: Provider) -> None:
    """A model comes with the job that made it, where there is one.

    Models are asked for first: the jobs then tell where each of them comes from, and none that is made meanwhile comes alone.
    """
    models = provider.tuned_models() if work.is_all or work.wanted.models else ()
    tags = Tags(provider, context.storage, work.connection)
    for page in provider.newest_jobs():
        wanted = tags.of([seen for seen in page if work.wants(seen)])
        for some_jobs in _portions(wanted):
            with context.database.transaction() as db:
                if not record_jobs(db, work, some_jobs, context.installation):
                    return
    for some_models in _portions(models):
        with context.database.transaction() as db:
            if not record_models(db, work, some_models):
                return
    with context.database.transaction() as db:
        record_end(db, work)


def _portions(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), _AT_ONCE):
        yield things[start : start + _AT_ONCE]


def _wait(context: Context, work: Work, error: ProviderError | CannotOpen) -> None:
    match error:
        case Throttled(retry_after=seconds):
            wait, code = seconds, "provider_throttled"
        case Rejected():
            wait, code = REFUSED_SECONDS, "credential_refused" if error.credential else "provider_refuses"
        case CannotOpen():
            wait, code = REFUSED_SECONDS, "credential_unreadable"
        case _:
            wait, code = min(2.0 ** min(work.wanted.attempts, 10), LONGEST_WAIT_SECONDS), "provider_unavailable"
    with context.database.transaction() as db:
        record_wait(db, work, str(error), code, wait)
