"""Getting one file of a job to its provider: sent whole or in parts, or left in our storage for the provider to fetch it there.

What is fetched is fetched as it is: so a copy is written as the provider wants it, under the attempt's own name, and deleted
with the job's other files. Its address is signed for an hour, is a secret, and is written down nowhere.
"""

from tempfile import TemporaryFile
from typing import BinaryIO, cast

from shared.connections.tables import Connection
from shared.datasets.queries import get_dataset
from shared.datasets.rewrite import write_plain
from shared.ids import DatasetId, JobId
from shared.jobs.scheduling.taking import Work
from shared.providers.base import Provider, ProviderFile
from shared.providers.bom import MARK
from shared.storage import Storage
from worker.context import Context
from worker.jobs.naming import file_name
from worker.jobs.parts import Outgoing, is_too_large_for_one, send_in_parts

MOST_SENT_BYTES = 512 * 1024 * 1024
"""What providers take in one request."""
ADDRESS_SECONDS = 3600.0
_PART_BYTES = 1 << 20


def send(context: Context, work: Work, provider: Provider, role: str, dataset_id: DatasetId) -> ProviderFile:
    """Bring a dataset's examples to the provider under a name of ours. Raises ProviderError and, in the middle, Stopped."""
    name = file_name(context, work, role)
    with context.database.reading() as db:
        key = get_dataset(db, dataset_id).examples_blob
    with context.storage.open(key) as source, TemporaryFile() as plain:
        size_bytes = write_plain(source, plain).size_bytes
        plain.seek(0)
        if is_too_large_for_one(work, size_bytes):
            return send_in_parts(context, work, provider, Outgoing(name, role, cast("BinaryIO", plain), size_bytes))
        copy = f"{_folder(work.job.id)}/{name}"
        may_fetch = _may_fetch(work.connection, size_bytes)
        address = context.storage.address(copy, ADDRESS_SECONDS) if may_fetch else None
        if address is None:
            return provider.upload(name, plain)
        _keep(context.storage, copy, plain)
        return provider.fetch(name, address)


def forget_copies(storage: Storage, job_id: JobId) -> None:
    """Nobody fetches a job's files any more."""
    storage.delete_folder(_folder(job_id))


def _may_fetch(connection: Connection, size_bytes: int) -> bool:
    fetches = connection.provider.traits.fetches_files
    return fetches and (connection.fetches_files or size_bytes > MOST_SENT_BYTES)


def _keep(storage: Storage, key: str, plain: BinaryIO) -> None:
    with storage.incoming() as blob:
        blob.write(MARK)
        while part := plain.read(_PART_BYTES):
            blob.write(part)
        blob.keep(key)


def _folder(job_id: JobId) -> str:
    return f"sending/{job_id}"
