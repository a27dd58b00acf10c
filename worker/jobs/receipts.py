"""Receipts: what was bought for a job, kept beside the database where the provider's own record tells it no more.

An order that carries no tag is known by the name of its file, and that is deleted when the job is over. Should the database be put
back to an earlier day, the receipt tells what was bought, and whose it is. Storage is not put back with it.
"""

import hashlib
import json

from shared.connections.tables import Connection
from shared.jobs.tags import Tag, read_tag
from shared.storage import Storage


def keep_receipt(storage: Storage, connection: Connection, tag: Tag, provider_job_id: str) -> None:
    """Under the job's own id, and under its provider's with the account: other servers' jobs may have the same ids."""
    receipt = {"tag": str(tag), "account": _account(connection), "provider_job_id": provider_job_id}
    content = json.dumps(receipt).encode()
    for name in (tag.job_id, _bought_at(connection, provider_job_id)):
        with storage.incoming() as blob:
            blob.write(content)
            blob.keep(_key(name))


def bought_for(storage: Storage, connection: Connection, tag: Tag) -> str | None:
    """The job that was bought there for one of ours, by this attempt or another; None = nothing is known of any."""
    receipt = _read(storage, connection, tag.job_id)
    return receipt["provider_job_id"] if receipt else None


def tag_of(storage: Storage, connection: Connection, provider_job_id: str) -> Tag | None:
    """For whom a provider's job was bought; None = nothing is known of that."""
    receipt = _read(storage, connection, _bought_at(connection, provider_job_id))
    return read_tag(receipt["tag"]) if receipt else None


def _read(storage: Storage, connection: Connection, name: str) -> dict[str, str] | None:
    """What tells of another account is not believed here."""
    try:
        with storage.open(_key(name)) as blob:
            read: dict[str, str] = json.loads(blob.read())
    except FileNotFoundError:
        return None
    return read if read.get("account") == _account(connection) else None


def _bought_at(connection: Connection, provider_job_id: str) -> str:
    return f"{_account(connection)} {provider_job_id}"


def _account(connection: Connection) -> str:
    """By its address, not by the connection's id: two connections may lead there, and one may be made anew after a loss."""
    return f"{connection.provider} {connection.base_url}"


def _key(name: str) -> str:
    return f"receipts/{hashlib.sha256(name.encode()).hexdigest()}"
