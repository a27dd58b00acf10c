"""Checking connections: one piece of work is one check."""

from shared.connections import checks
from shared.connections.tables import Connection
from shared.db import claim, fenced
from shared.queue import Task
from worker.context import Context
from worker.heartbeat import kept
from worker.task import task


@task(Task.CHECK_CONNECTIONS)
def check_connection(context: Context) -> bool:
    """Ask about the connection whose check has been due longest."""
    with context.database.transaction() as db:
        connection = claim(db, Connection, Connection.archived_at.is_(None))
    if connection is None or connection.claim_token is None:
        return False
    with kept(context.database, Connection, [connection.id], connection.claim_token):
        finding = checks.ask(connection, context.vault)
    with context.database.transaction() as db:
        if fenced(db, Connection, connection.id, connection.claim_token):
            checks.record(db, connection, finding)
    return True
