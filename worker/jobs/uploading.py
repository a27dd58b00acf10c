"""Sending a job's files. Each attempt's files carry its number in their names, which tell whose they are on every provider."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from shared.jobs.recording import record_failure, record_files, record_given_up
from shared.jobs.scheduling.taking import Work
from shared.jobs.tags import read_tag
from shared.providers.base import Provider, ProviderFile, Rejected
from worker.context import Context
from worker.jobs.naming import file_name, file_prefix, tag_of
from worker.jobs.ordering import adopt, adopt_any
from worker.jobs.parts import Stopped
from worker.jobs.receipts import bought_for
from worker.jobs.sending import send


def upload(context: Context, work: Work, provider: Provider) -> None:
    """Send the files, unless this attempt's are there already: a worker that died, or was answered by silence, may have
    sent them, and an order that was put off keeps them.
    """
    if work.job.training_file_id is not None:
        _look_again(context, work, provider)
        return
    there = _there(context, work, provider)
    if not _adopt_bought(context, work, provider, there):
        with suppress(Stopped):  # what there is to be done instead is written down
            _send(context, work, provider, there)


def _adopt_bought(context: Context, work: Work, provider: Provider, there: Mapping[str, ProviderFile]) -> bool:
    """What was bought before our row knew of it: the database was put back to an earlier day. Its file may be gone since, or
    be that of a later attempt.
    """
    trained_on = [None, *(file.id for name, file in there.items() if read_tag(None, name))]
    if any(adopt_any(context, work, provider, file_id) for file_id in trained_on):
        return True
    provider_job_id = bought_for(context.storage, work.connection, tag_of(context, work))
    bought = provider.job(provider_job_id) if provider_job_id else None
    if bought is not None:
        adopt(context, work, provider, [bought])
    return bought is not None


def _there(context: Context, work: Work, provider: Provider) -> dict[str, ProviderFile]:
    """This job's files that are at the provider already, by name. One that cannot list its files is taken to have none."""
    try:
        files = provider.files(file_prefix(context, work))
    except Rejected as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return {}
    return {file.name: file for file in files if file.ready is not False}


def _send(context: Context, work: Work, provider: Provider, there: Mapping[str, ProviderFile]) -> None:
    roles = {"training": work.job.dataset_id, "validation": work.job.validation_dataset_id}
    sent = {
        role: there.get(file_name(context, work, role)) or send(context, work, provider, role, dataset_id)
        for role, dataset_id in roles.items()
        if dataset_id is not None
    }
    _record(context, work, sent["training"], sent.get("validation"))


def _look_again(context: Context, work: Work, provider: Provider) -> None:
    assert work.job.training_file_id is not None
    training = _find(context, work, provider, work.job.training_file_id)
    validation_id = work.job.validation_file_id
    validation = _find(context, work, provider, validation_id) if validation_id else None
    if training is None or (validation_id and validation is None):
        with context.database.transaction() as db:
            record_given_up(db, work)
        return
    _record(context, work, training, validation)


def _find(context: Context, work: Work, provider: Provider, file_id: str) -> ProviderFile | None:
    """One "not found" may come from a replica that lags behind: a file is gone when the list does not have it either."""
    found = provider.file(file_id)
    if found is not None:
        return found
    return next((file for file in provider.files(file_prefix(context, work)) if file.id == file_id), None)


def _record(context: Context, work: Work, training: ProviderFile, validation: ProviderFile | None) -> None:
    refused = next((file for file in (training, validation) if file is not None and file.ready is False), None)
    with context.database.transaction() as db:
        if refused is not None:
            record_failure(db, work, f"The provider refused the file: {refused.fault}", "file_refused")
        else:
            record_files(db, work, training, validation)
