"""Sending a job's files. Each attempt's files carry its number in their names, which tell whose they are on every provider."""

from collections.abc import Iterable
from tempfile import TemporaryFile

from shared.datasets.queries import get_dataset
from shared.datasets.rewrite import write_plain
from shared.ids import DatasetId
from shared.jobs.recording import Work, record_failure, record_files, record_given_up
from shared.providers.base import Provider, ProviderFile
from worker.context import Context


def file_prefix(context: Context, work: Work) -> str:
    """What the names of all files of a job begin with, whatever the attempt."""
    return f"tw_{context.installation}_{work.job.team_id}_{work.job.id}_"


def upload(context: Context, work: Work, provider: Provider) -> None:
    """Send the files, unless this attempt's are there already (an order that was put off keeps them)."""
    if work.job.training_file_id is not None:
        _look_again(context, work, provider)
    else:
        _send(context, work, provider, there=())


def resume_upload(context: Context, work: Work, provider: Provider) -> None:
    """Send what a worker that died, or was answered by silence, has not sent."""
    if work.job.training_file_id is not None:
        _look_again(context, work, provider)
    else:
        _send(context, work, provider, there=provider.files(file_prefix(context, work)))


def _send(context: Context, work: Work, provider: Provider, *, there: Iterable[ProviderFile]) -> None:
    known = {file.name: file for file in there if file.ready is not False}
    job = work.job
    names = {"training": job.dataset_id, "validation": job.validation_dataset_id}
    sent = {
        role: known.get(name) or _send_one(context, provider, name, dataset_id)
        for role, dataset_id in names.items()
        if dataset_id is not None and (name := f"{file_prefix(context, work)}e{job.epoch}_{role}.jsonl")
    }
    _record(context, work, sent["training"], sent.get("validation"))


def _send_one(context: Context, provider: Provider, name: str, dataset_id: DatasetId) -> ProviderFile:
    with context.database.reading() as db:
        key = get_dataset(db, dataset_id).blob
    with context.storage.open(key) as source, TemporaryFile() as plain:
        write_plain(source, plain)
        plain.seek(0)
        return provider.upload(name, plain)


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
