"""Keeping a claim while a provider is asked: renewed from a thread of its own, in short transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.db import Claimable, Database, renew

log = structlog.get_logger()

EVERY_SECONDS = 5.0


@contextmanager
def kept(database: Database, table: type[Claimable], row_id: str, token: str) -> Iterator[None]:
    """Renew the claim until the block is left. A claim that is lost is not taken back: the record will find 0 rows."""
    over = Event()

    def beat() -> None:
        while not over.wait(EVERY_SECONDS):
            try:
                with database.transaction() as db:
                    if not renew(db, table, row_id, token):
                        return
            except SQLAlchemyError as error:
                log.warning("heartbeat_missed", row=row_id, error=type(error).__name__)

    thread = Thread(target=beat, daemon=True, name=f"heartbeat-{row_id}")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
