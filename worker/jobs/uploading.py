"""Sending a job's files. Each attempt's files carry its number in their names, which tell whose they are on every provider."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from shared.datasets.queries import get_dataset
from shared.datasets.rewrite import write_plain
from shared.ids import DatasetId
from shared.jobs.recording import record_failure, record_files, record_given_up
from shared.jobs.taking import Work
from shared.providers.base import Provider, ProviderFile, Rejected
from worker.context import Context
from worker.jobs.ordering import adopt_any
from worker.jobs.parts import Outgoing, Stopped, is_too_large_for_one, send_in_parts


def file_prefix(context: Context, work: Work) -> str:
    """What the names of all files of a job begin with, whatever the attempt."""
    return f"tw_{context.installation}_{work.job.team_id}_{work.job.id}_"


def upload(context: Context, work: Work, provider: Provider) -> None:
    """Send the files, unless this attempt's are there already: a worker that died, or was answered by silence, may have
    sent them, and an order that was put off keeps them.
    """
    if work.job.training_file_id is not None:
        _look_again(context, work, provider)
        return
    there = _there(context, work, provider)
    training = there.get(_name(context, work, "training"))
    if training is not None and adopt_any(context, work, provider, training.id):
        return  # bought before our row knew of it: the database was put back to an earlier day
    with suppress(Stopped):  # what there is to be done instead is written down
        _send(context, work, provider, there)


def _there(context: Context, work: Work, provider: Provider) -> dict[str, ProviderFile]:
    """This job's files that are at the provider already, by name. One that cannot list its files is taken to have none."""
    try:
        files = provider.files(file_prefix(context, work))
    except Rejected as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return {}
    return {file.name: file for file in files if file.ready is not False}


def _name(context: Context, work: Work, role: str) -> str:
    return f"{file_prefix(context, work)}e{work.job.epoch}_{role}.jsonl"


def _send(context: Context, work: Work, provider: Provider, there: Mapping[str, ProviderFile]) -> None:
    roles = {"training": work.job.dataset_id, "validation": work.job.validation_dataset_id}
    sent = {
        role: there.get(_name(context, work, role)) or _send_one(context, work, provider, role, dataset_id)
        for role, dataset_id in roles.items()
        if dataset_id is not None
    }
    _record(context, work, sent["training"], sent.get("validation"))


def _send_one(context: Context, work: Work, provider: Provider, role: str, dataset_id: DatasetId) -> ProviderFile:
    with context.database.reading() as db:
        key = get_dataset(db, dataset_id).examples_blob
    with context.storage.open(key) as source, TemporaryFile() as plain:
        write_plain(source, plain)
        name, size_bytes = _name(context, work, role), plain.tell()
        plain.seek(0)
        if is_too_large_for_one(work, size_bytes):
            return send_in_parts(context, work, provider, Outgoing(name, role, cast("BinaryIO", plain), size_bytes))
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
