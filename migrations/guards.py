"""What every table that holds something of a team's gets, in one place: who may do what with it, and whose rows they see.

For migrations to come. Those that are there already say it themselves, and stay as they are: what has run is not rewritten.
A migration names no class of ours, since these change; nor does this.
"""

from collections.abc import Sequence

from alembic import op

THIS_TEAM = "NULLIF(current_setting('app.team', true), '')"
ORGANISATION = "current_setting('app.organisation', true) = 'on'"

SERVICES = ("tw_app", "tw_worker")


def guard(table: str, *, may_update: Sequence[str] = SERVICES, may_delete: Sequence[str] = ()) -> None:
    """Let both services read and add rows of a new table, those named change or delete them; the API only those of the team
    it speaks for, or of all where it speaks for the organisation. The table has a column `team_id`.
    """
    op.execute(f"GRANT SELECT, INSERT ON {table} TO {', '.join(SERVICES)}")
    for right, roles in (("UPDATE", may_update), ("DELETE", may_delete)):
        if roles:
            op.execute(f"GRANT {right} ON {table} TO {', '.join(roles)}")
    secure(table, f"team_id = {THIS_TEAM} OR {ORGANISATION}")


def secure(table: str, mine: str) -> None:
    """Row-level security by a condition in SQL that says which rows the API may see and write."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY teams ON {table} TO tw_app USING ({mine}) WITH CHECK ({mine})")
    # The owner is here for the migrations and for functions that run in its name; no service logs in as it.
    op.execute(f"CREATE POLICY service ON {table} TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")
