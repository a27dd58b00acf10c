"""What Alembic runs: our tables, one migration run at a time, and no long wait for a lock while the service is up."""

from importlib import import_module

from alembic import context
from sqlalchemy import text

from shared.db import Row

for noun in (
    "connections",
    "datasets",
    "datasets.moderation",
    "datasets.uploads",
    "deployments",
    "evaluations",
    "imports",
    "jobs",
    "jobs.strays",
    "notices",
    "registry",
    "serving",
    "spend",
    "teams",
):
    import_module(f"shared.{noun}.tables")

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Row.metadata,
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=True,
    # The clock's own table is SQL alone: no code of ours maps it.
    include_name=lambda name, kind, _: not (kind == "table" and name == "clock_shift"),
)
connection.execute(text("SELECT pg_advisory_lock(hashtext('tunewright migrations'))"))
# A migration that waits for a table makes everyone behind it wait too: better to give up and be run again.
connection.execute(text("SET lock_timeout = '5s'"))
connection.commit()
try:
    with context.begin_transaction():
        context.run_migrations()
finally:
    connection.rollback()
    connection.execute(text("SELECT pg_advisory_unlock(hashtext('tunewright migrations'))"))
    connection.commit()
