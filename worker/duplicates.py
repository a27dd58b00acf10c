"""Duplicates of our own jobs, as the worker sees them: each is asked to stop, and looked at until it is over and charged.

One that its provider will not stop, or cannot tell of, keeps no other from being stopped.
"""

import time

import structlog

from shared.db import UNAVAILABLE
from shared.jobs.strays.queries import unsettled
from shared.jobs.strays.settling import record_asked, record_missed, record_over, record_running
from shared.jobs.strays.tables import Stray
from shared.jobs.strays.walking import Work
from shared.providers.base import Provider, ProviderError, ProviderJob, Refused, Rejected, Throttled, Unnamed
from worker.context import Context
from worker.jobs.wishes import is_over
from worker.meter import TooLate

log = structlog.get_logger()

_NOT_FOUND = 404


def settle(context: Context, work: Work, provider: Provider, *, seconds: float) -> None:
    """Ask about those that are due, until so many seconds have passed. Raises Throttled, TooLate, and
    Rejected when the credential is.
    """
    until = time.monotonic() + seconds
    with context.database.reading() as db:
        duplicates = unsettled(db, work.connection.id)
    for duplicate in duplicates:
        if time.monotonic() >= until:
            return
        _settle_one(context, provider, duplicate)


def _settle_one(context: Context, provider: Provider, duplicate: Stray) -> None:
    with context.database.transaction() as db:
        record_asked(db, duplicate.id)
    try:
        _look(context, provider, duplicate)
    except (*UNAVAILABLE, Throttled, TooLate):
        raise
    except ProviderError as error:
        if isinstance(error, Rejected) and error.credential:
            raise
        log.warning("duplicate_not_settled", provider_job=duplicate.provider_job_id, why=error.reason)
    except Exception:
        log.exception("duplicate_not_settled", provider_job=duplicate.provider_job_id)


def _look(context: Context, provider: Provider, duplicate: Stray) -> None:
    """Where it is not found it is asked to stop all the same."""
    seen = provider.job(duplicate.provider_job_id)
    if seen is None or not _has_ended(seen):
        seen = _stopped(provider, duplicate.provider_job_id)
    needs_log = seen is not None and _has_ended(seen) and not isinstance(seen.outcome, Refused)
    told = provider.events(duplicate.provider_job_id, ()) if needs_log else ()
    with context.database.transaction() as db:
        if seen is None:
            record_missed(db, duplicate.id)
        elif _has_ended(seen):
            record_over(db, duplicate.id, seen, told)
        else:
            record_running(db, duplicate.id, seen)


def _stopped(provider: Provider, provider_job_id: str) -> ProviderJob | None:
    try:
        return provider.cancel(provider_job_id)
    except Rejected as error:
        if error.status != _NOT_FOUND:
            raise
        return None


def _has_ended(seen: ProviderJob) -> bool:
    return is_over(seen) or isinstance(seen.outcome, Unnamed)
