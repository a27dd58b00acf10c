"""Buying, exactly once. The order is sent once; after silence it is looked for, and made impossible before it is repeated."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from shared.jobs.queries import get_job
from shared.jobs.recording import (
    SILENCE_SECONDS,
    record_bought,
    record_fenced,
    record_given_up,
    record_silence,
    record_unknown,
)
from shared.jobs.scheduling.taking import Work
from shared.jobs.strays.recording import record_duplicate
from shared.jobs.tags import Tag
from shared.lifecycles import JobStatus
from shared.providers.base import Provider, ProviderError, ProviderJob, TrainingOrder, Unavailable
from worker.context import Context

log = structlog.get_logger()


class Unanswered(Exception):
    """The order was sent and met by silence, which is written down: nothing says that the connection is well."""


def order(context: Context, work: Work, provider: Provider) -> None:
    """Send the order. That it is about to be sent was committed with the claim. Raises Unanswered."""
    late = _bought_late(context, work, provider)
    if late:
        adopt(context, work, provider, late)
        return
    try:
        bought = provider.create_job(_order(context, work))
    except Unavailable as error:
        if not error.reached:
            raise
        with context.database.transaction() as db:
            record_silence(db, work, error.reason)
        raise Unanswered from error
    adopt(context, work, provider, [bought])


def reconcile(context: Context, work: Work, provider: Provider) -> None:
    """Find out whether an unanswered order was taken.

    After the settle window the order's file is deleted, so that an order which is still under way names a file that no
    longer exists; only then, and after one more look some seconds later, may the job be ordered anew, a dear one by a person only.
    """
    job = work.job
    assert job.training_file_id is not None
    assert job.posted_at is not None
    if adopt_any(context, work, provider, job.training_file_id):
        return
    if work.claimed_at - job.posted_at < timedelta(seconds=context.settle_seconds):
        with context.database.transaction() as db:
            record_silence(db, work, "the order was not answered")
    elif job.fenced_at is None:
        provider.delete_file(job.training_file_id)
        with context.database.transaction() as db:
            record_fenced(db, work)
    elif work.claimed_at - job.fenced_at >= timedelta(seconds=SILENCE_SECONDS):
        is_dear = job.held > context.dear and job.status is not JobStatus.CANCELLING
        with context.database.transaction() as db:
            (record_unknown if is_dear else record_given_up)(db, work)
    else:
        with context.database.transaction() as db:
            record_silence(db, work, "the order was not answered")


def adopt_any(context: Context, work: Work, provider: Provider, training_file_id: str | None) -> bool:
    """Take what was bought with a file as ours; None: with whichever, by its tag. False when nothing was."""
    found = provider.jobs_of_file(training_file_id, tag(context, work, work.job.epoch))
    if found:
        adopt(context, work, provider, found)
    return bool(found)


def stop_late_ones(context: Context, work: Work, provider: Provider) -> None:
    """Ask every job that was bought by an attempt we had given up to stop; its owner has another one."""
    for late in _bought_late(context, work, provider):
        if late.id != work.job.provider_job_id:
            _stop(context, work, provider, late)


def tag(context: Context, work: Work, epoch: int) -> str:
    """What an attempt's order carries where the provider takes metadata."""
    return str(Tag(context.installation, work.job.team_id, work.job.id, epoch))


def _bought_late(context: Context, work: Work, provider: Provider) -> list[ProviderJob]:
    """The jobs of files that earlier attempts sent. Usually there were no earlier attempts, and nothing is asked."""
    return [
        late
        for epoch, file_id in enumerate(work.job.superseded_file_ids, start=1)
        for late in provider.jobs_of_file(file_id, tag(context, work, epoch))
    ]


def adopt(context: Context, work: Work, provider: Provider, found: Sequence[ProviderJob]) -> None:
    """Take the first of what was bought as ours, and stop the others."""
    first, *others = sorted(found, key=lambda one: one.created_at.timestamp() if one.created_at else 0.0)
    with context.database.transaction() as db:
        recorded = record_bought(db, work, first)
    if not recorded and _is_unwanted(context, work, first):
        others = [first, *others]
    for other in others:
        _stop(context, work, provider, other)


def _is_unwanted(context: Context, work: Work, bought: ProviderJob) -> bool:
    """Our claim was lost while we bought. Whoever has it now finds the job by its file, unless it has gone on without it."""
    with context.database.reading() as db:
        job = get_job(db, work.job.id)
    return job.epoch != work.job.epoch or job.provider_job_id not in (None, bought.id)


def _stop(context: Context, work: Work, provider: Provider, duplicate: ProviderJob) -> None:
    """Written down first: whether it could be stopped, and what it has cost, is then seen to until it is over."""
    with context.database.transaction() as db:
        record_duplicate(db, get_job(db, work.job.id), duplicate)
    try:
        provider.cancel(duplicate.id)
    except ProviderError as error:
        log.warning("duplicate_not_cancelled", job=work.job.id, provider_job=duplicate.id, why=error.reason)


def _order(context: Context, work: Work) -> TrainingOrder:
    job = work.job
    assert job.training_file_id is not None
    return TrainingOrder(
        model=job.trained_from or job.model,
        method=job.method,
        training_file_id=job.training_file_id,
        validation_file_id=job.validation_file_id,
        hyperparameters=job.hyperparameters,
        grader=job.grader,
        response_format=job.response_format,
        suffix=job.suffix,
        seed=job.seed,
        tag=tag(context, work, job.epoch),
        labels=job.labels,
        tier=job.tier,
        integrations=job.integrations,
    )
