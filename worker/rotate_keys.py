"""`python -m worker.rotate_keys`: put every stored credential under the newest key, while the service runs.

Reads what a worker reads. Breaking it off does no harm: run it again. Exits 1 and names them when some credentials can be opened
with none of the keys; those connections need their credential again. The procedure is in docs/operations.md.
"""

import sys

import structlog

from shared import log
from shared.connections.credentials import Vault
from shared.connections.rotation import rewrap_some
from shared.db import Database
from shared.ids import ConnectionId
from shared.settings import Settings


def rotate(database: Database, vault: Vault) -> tuple[int, list[ConnectionId]]:
    """How many were rewrapped, and which cannot be opened. One short transaction for each portion."""
    rewrapped, unreadable, after = 0, list[ConnectionId](), None
    while True:
        with database.transaction() as db:
            portion = rewrap_some(db, vault, after)
        rewrapped, after = rewrapped + portion.rewrapped, portion.last
        unreadable += portion.unreadable
        if after is None:
            return rewrapped, unreadable


def main() -> None:
    """Rotate, and say what was done."""
    settings = Settings()
    database = Database(settings.database_url.get_secret_value(), pool_size=1, doorbell=lambda _: None)
    rewrapped, unreadable = rotate(database, Vault(settings.sealing_keys))
    log.configure(settings.log_level, as_json=settings.log_json)
    structlog.get_logger().info("credentials_rewrapped", credentials=rewrapped)
    if unreadable:
        sys.exit(f"None of the keys opens the credentials of {', '.join(unreadable)}: enter them anew")


if __name__ == "__main__":
    main()
