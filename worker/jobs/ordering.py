"""Buying, exactly once. The order is sent once; after silence it is looked for, and made impossible before it is repeated."""

from datetime import timedelta

from shared.jobs.recording import (
    SETTLE_SECONDS,
    Work,
    record_bought,
    record_given_up,
    record_silence,
)
from shared.providers.base import Provider, TrainingOrder, Unavailable
from worker.context import Context


def order(context: Context, work: Work, provider: Provider) -> None:
    """Send the order. That it is about to be sent was committed with the claim."""
    try:
        bought = provider.create_job(_order(context, work))
    except Unavailable as error:
        if not error.reached:
            raise
        with context.database.transaction() as db:
            record_silence(db, work, error.reason)
        return
    with context.database.transaction() as db:
        record_bought(db, work, bought)


def reconcile(context: Context, work: Work, provider: Provider) -> None:
    """Find out whether an unanswered order was taken.

    After the settle window the order's file is deleted, so that an order which is still under way names a file that no
    longer exists; only then, and after one more look, may the job be ordered anew.
    """
    job = work.job
    assert job.training_file_id is not None
    assert job.posted_at is not None
    found = provider.jobs_of_file(job.training_file_id, _tag(context, work))
    if not found and work.claimed_at - job.posted_at < timedelta(seconds=SETTLE_SECONDS):
        with context.database.transaction() as db:
            record_silence(db, work, "the order was not answered")
        return
    if not found:
        provider.delete_file(job.training_file_id)
        found = provider.jobs_of_file(job.training_file_id, _tag(context, work))
    with context.database.transaction() as db:
        if found:
            record_bought(db, work, found[-1])
        else:
            record_given_up(db, work)


def _order(context: Context, work: Work) -> TrainingOrder:
    job = work.job
    assert job.training_file_id is not None
    return TrainingOrder(
        model=job.model,
        method=job.method,
        training_file_id=job.training_file_id,
        validation_file_id=job.validation_file_id,
        hyperparameters=job.hyperparameters,
        suffix=job.suffix,
        seed=job.seed,
        tag=_tag(context, work),
    )


def _tag(context: Context, work: Work) -> str:
    return f"{context.installation}/{work.job.team_id}/{work.job.id}/e{work.job.epoch}"
