"""Receipts: what was bought for a job, kept beside the database where the provider's own record tells it no more.

An order that carries no tag is known by the name of its file, and that is deleted when the job is over. Should the database be put
back to an earlier day, the receipt tells what was bought, and whose it is. Storage is not put back with it.
"""

import hashlib
import json

from shared.jobs.tags import Tag, read_tag
from shared.storage import Storage


def keep_receipt(storage: Storage, tag: Tag, provider_job_id: str) -> None:
    """Under the job's own id and under its provider's."""
    content = json.dumps({"tag": str(tag), "provider_job_id": provider_job_id}).encode()
    for name in (tag.job_id, provider_job_id):
        with storage.incoming() as blob:
            blob.write(content)
            blob.keep(_key(name))


def bought_for(storage: Storage, tag: Tag) -> str | None:
    """The provider's job that was bought for one of ours, by this attempt or another; None = nothing is known of any."""
    receipt = _read(storage, tag.job_id)
    return receipt["provider_job_id"] if receipt else None


def tag_of(storage: Storage, provider_job_id: str) -> Tag | None:
    """For whom a provider's job was bought; None = nothing is known of that."""
    receipt = _read(storage, provider_job_id)
    return read_tag(receipt["tag"]) if receipt else None


def _read(storage: Storage, name: str) -> dict[str, str] | None:
    try:
        with storage.open(_key(name)) as blob:
            read: dict[str, str] = json.loads(blob.read())
    except FileNotFoundError:
        return None
    return read


def _key(name: str) -> str:
    return f"receipts/{hashlib.sha256(name.encode()).hexdigest()}"
