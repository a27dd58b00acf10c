"""Sending a file in parts: one after another, none held in memory, gone on with from what was acknowledged.

The file that comes of it is a file like any other. What was sent and not acknowledged is sent again, and counts once. An upload of
a job that ends before is given up when the job's files are taken away.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO, cast

import structlog

from shared.clock import utc_now
from shared.connections.limits import limits_of
from shared.jobs.scheduling.taking import Work
from shared.jobs.sending import Sent, Stop, record_sent, record_stopped, sent_from_json
from shared.providers.base import Provider, ProviderFile, Rejected
from shared.providers.slices import Slice
from worker.context import Context

log = structlog.get_logger()

PART_BYTES = 64_000_000
MOST_BYTES = 8 * 1024 * 1024 * 1024
"""What OpenAI takes in one part, and in all. It says 64 MB and 8 GB, and not whether of a thousand or of 1,024."""
_MARGIN = timedelta(minutes=5)
"""An upload that expires sooner is not begun upon again."""
MOST_BEGINNINGS = 3
"""An upload lives for an hour. A line on which so many did not suffice will not do better."""


class Stopped(Exception):
    """No more may be sent; the claim is given back, or lost."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One file on its way: what it is called there, and which of its job's files it is."""

    name: str
    role: str
    content: BinaryIO
    size_bytes: int


def is_too_large_for_one(work: Work, size_bytes: int) -> bool:
    """Whether a file goes in parts to the connection."""
    takes_parts = work.connection.provider.traits.request_bytes is not None
    most = limits_of(work.connection).request_bytes
    return takes_parts and most is not None and size_bytes > most


def send_in_parts(context: Context, work: Work, provider: Provider, file: Outgoing) -> ProviderFile:
    """Send what has not been acknowledged yet, and have a file made of it. Raises ProviderError and Stopped."""
    if file.size_bytes > MOST_BYTES:
        raise Rejected(
            f"A file may have {MOST_BYTES:,} bytes there, and this one has {file.size_bytes:,}", "too_large", 413
        )
    known = _known(work, file)
    if known is not None and _lives(known):
        try:
            return _send(context, work, provider, file, known)
        except Rejected as error:
            if error.credential:
                raise
            log.info("upload_begins_anew", job=work.job.id, why=error.reason)
    return _send(context, work, provider, file, _begin(context, work, provider, file, known))


def _known(work: Work, file: Outgoing) -> Sent | None:
    stored = work.job.sending.get(file.role)
    sent = None if stored is None else sent_from_json(stored)
    return None if sent is None or sent.sent_bytes > file.size_bytes else sent


def _lives(sent: Sent) -> bool:
    return sent.expires_at is None or sent.expires_at >= utc_now() + _MARGIN


def _begin(context: Context, work: Work, provider: Provider, file: Outgoing, last: Sent | None) -> Sent:
    if last is not None:
        if last.beginnings >= MOST_BEGINNINGS:
            raise Rejected(
                f"{last.beginnings} uploads of {file.name} ended before the file was whole", "upload_expired", 408
            )
        provider.cancel_upload(last.upload_id)
    begun = provider.begin_upload(file.name, file.size_bytes)
    sent = Sent(begun.id, begun.expires_at, beginnings=1 if last is None else last.beginnings + 1)
    _record(context, work, file, sent)
    return sent


def _send(context: Context, work: Work, provider: Provider, file: Outgoing, sent: Sent) -> ProviderFile:
    largest = min(PART_BYTES, limits_of(work.connection).request_bytes or PART_BYTES)
    while sent.sent_bytes < file.size_bytes:
        size = min(largest, file.size_bytes - sent.sent_bytes)
        part = cast("BinaryIO", Slice(file.content, sent.sent_bytes, size))
        part_id = provider.send_part(sent.upload_id, part)
        sent = replace(sent, part_ids=(*sent.part_ids, part_id), sent_bytes=sent.sent_bytes + size)
        _record(context, work, file, sent)
    return provider.complete_upload(sent.upload_id, sent.part_ids, _md5(file.content))


def _record(context: Context, work: Work, file: Outgoing, sent: Sent) -> None:
    with context.database.transaction() as db:
        stop = record_sent(db, work, file.role, sent)
    if stop is None:
        return
    if stop is not Stop.LOST:
        with context.database.transaction() as db:
            record_stopped(db, work)
    raise Stopped


def _md5(content: BinaryIO) -> str:
    """As the provider asks for it: against damage on the way, not against anybody."""
    digest = hashlib.md5(usedforsecurity=False)
    content.seek(0)
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    while chunk := content.read(1024 * 1024):
        yield chunk
