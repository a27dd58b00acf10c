"""After a job's end: the result file is read, and every file of ours is taken away (Azure keeps a hundred in all)."""

from collections.abc import Iterator, Sequence

from shared.jobs.following.measurements import record_cleaned, record_results
from shared.jobs.following.results import read_results
from shared.jobs.recording import record_failure
from shared.jobs.scheduling.taking import Work
from shared.jobs.sending import upload_ids
from shared.jobs.tables import Origin
from shared.providers.base import Provider, StepMetrics
from worker.context import Context
from worker.jobs.naming import file_prefix, tag_of
from worker.jobs.ordering import stop_late_ones
from worker.jobs.receipts import keep_receipt
from worker.jobs.sending import forget_copies


def clean_up(context: Context, work: Work, provider: Provider) -> None:
    """Read what is left to read and keep it; only then delete. A file of any attempt counts: a dead worker may have sent
    one too many. What was ordered past this service leaves files that are not ours: those stay.
    """
    seen = provider.job(work.job.provider_job_id) if work.job.provider_job_id else None
    result_file_ids = seen.result_file_ids if seen else ()
    measured = list(_measured(provider, result_file_ids))
    with context.database.transaction() as db:
        record_results(db, work, measured)
    if work.job.origin is not Origin.IMPORTED:
        if seen is not None and seen.tag is None:
            keep_receipt(context.storage, work.connection, tag_of(context, work), seen.id)
        _delete_ours(context, work, provider, result_file_ids)
    with context.database.transaction() as db:
        record_cleaned(db, work)


def _delete_ours(context: Context, work: Work, provider: Provider, result_file_ids: Sequence[str]) -> None:
    stop_late_ones(context, work, provider)
    for upload_id in upload_ids(work.job):
        provider.cancel_upload(upload_id)
    for file in provider.files(file_prefix(context, work)):
        provider.delete_file(file.id)
    for result_file_id in result_file_ids:
        provider.delete_file(result_file_id)
    if work.connection.provider.traits.fetches_files:
        forget_copies(context.storage, work.job.id)


def drop(context: Context, work: Work) -> None:
    """A job that was cancelled before its order was sent: it is over, and no provider is asked."""
    with context.database.transaction() as db:
        record_failure(db, work, "Nothing was bought.", "cancelled")


def _measured(provider: Provider, result_file_ids: Sequence[str]) -> Iterator[StepMetrics]:
    for result_file_id in result_file_ids:
        if provider.file(result_file_id) is not None:
            yield from read_results(provider.download(result_file_id))
