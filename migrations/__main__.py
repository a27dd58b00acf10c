"""`python -m migrations`: make the database ready for this release. Run it before the services; running it again is safe.

Reads DATABASE_URL (the owner's), TUNEWRIGHT_APP_PASSWORD and TUNEWRIGHT_WORKER_PASSWORD (the services' roles get them), and
TUNEWRIGHT_BOOTSTRAP_KEY (the first admin key; without it one is made and printed, once).
"""

import os
import sys

from psycopg import sql
from sqlalchemy import Engine

from migrations.schema import engine_for, upgrade
from shared.db import EVERYTHING, Database
from shared.teams.actions import create_first_admin_key

PASSWORDS = {"tw_app": "TUNEWRIGHT_APP_PASSWORD", "tw_worker": "TUNEWRIGHT_WORKER_PASSWORD"}


def main() -> None:
    """Upgrade, let the services in, and see that there is an admin."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("DATABASE_URL is not set: give the URL of the role that owns the database")
    engine = engine_for(url)
    upgrade(engine)
    _let_services_in(engine)
    engine.dispose()
    _ensure_admin(Database(url, pool_size=1, doorbell=lambda _: None))


def _let_services_in(engine: Engine) -> None:
    with engine.begin() as connection:
        for role, variable in PASSWORDS.items():
            if password := os.environ.get(variable):
                statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
                connection.exec_driver_sql(statement.as_string().replace("%", "%%"))


def _ensure_admin(database: Database) -> None:
    with database.transaction(EVERYTHING) as db:
        secret = create_first_admin_key(db, os.environ.get("TUNEWRIGHT_BOOTSTRAP_KEY") or None)
    if secret:
        print(f"admin key: {secret}")
    database.engine.dispose()


if __name__ == "__main__":
    main()
