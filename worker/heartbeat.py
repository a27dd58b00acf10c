"""Keeping a claim while a provider is asked: renewed from a thread of its own, in short transactions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.db import Claimable, Database, renew

log = structlog.get_logger()

EVERY_SECONDS = 5.0


@contextmanager
def kept(database: Database, table: type[Claimable], row_ids: Sequence[str], token: str) -> Iterator[None]:
    """Renew the claim on rows until the block is left. One that is lost is not taken back: the record will find 0 rows.

    Raises TypeError for one id in place of several: a string is a sequence of strings too.
    """
    if isinstance(row_ids, str):
        raise TypeError(f"ids are wanted, not the id {row_ids!r}")
    over = Event()

    def beat() -> None:
        while not over.wait(EVERY_SECONDS):
            try:
                with database.transaction() as db:
                    if not renew(db, table, row_ids, token):
                        return
            except SQLAlchemyError as error:
                log.warning("heartbeat_missed", row=row_ids[0], error=type(error).__name__)

    thread = Thread(target=beat, daemon=True, name=f"heartbeat-{row_ids[0]}")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
