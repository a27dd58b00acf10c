"""The engine at scale: what a connection takes at once, whose turn it is, how it is being asked, who watches a job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_engine"
down_revision = "0006_deployments"
branch_labels = None
depends_on = None

_MINE = "team_id = NULLIF(current_setting('app.team', true), '') OR current_setting('app.organisation', true) = 'on'"

# Where a job stands in the line of its connection depends on other teams' jobs, which its own team may not see: of them
# only numbers are told. A status that the provider has not begun is said in the words of the providers.
_LINE = """
CREATE FUNCTION tw_line(wanted_connection text)
  RETURNS TABLE (team_id text, weight int, begun bigint, ended bigint, waiting bigint, there bigint, not_begun bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT j.team_id, t.weight,
      coalesce((SELECT max(u.begun) FROM turns u WHERE u.connection_id = wanted_connection), 0),
      coalesce((SELECT u.ended FROM turns u WHERE u.connection_id = wanted_connection AND u.team_id = j.team_id), 0),
      count(*) FILTER (WHERE j.status = 'queued' AND j.due_at <= tw_now()),
      count(*) FILTER (WHERE j.status <> 'queued'),
      count(*) FILTER (WHERE j.status <> 'queued'
        AND coalesce(j.provider_status, 'created') IN ('created', 'pending', 'queued', 'validating_files'))
    FROM jobs j JOIN teams t ON t.id = j.team_id
    WHERE j.connection_id = wanted_connection
      AND j.status IN ('queued', 'uploading', 'submitting', 'submit_unknown', 'running', 'cancelling')
    GROUP BY j.team_id, t.weight
$$;
REVOKE EXECUTE ON FUNCTION tw_line(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tw_line(text) TO tw_app, tw_worker;
"""

# Without its pace a connection is never asked, and without its team's turn no queued job is sent: Postgres sees to both, whichever
# release writes the rows. A turn is made at the commit: then nobody who waits for a budget keeps others waiting for a turn.
_COMPANIONS = """
CREATE FUNCTION tw_make_pace() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO paces (connection_id, allowance, lags)
    VALUES (NEW.id, greatest(1, coalesce(NEW.max_requests_per_minute, 200) / 4.0), '{}');
  RETURN NULL;
END $$;
CREATE TRIGGER make_pace AFTER INSERT ON connections FOR EACH ROW EXECUTE FUNCTION tw_make_pace();

CREATE FUNCTION tw_stand_in_line() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO turns (connection_id, team_id, begun, ended)
    VALUES (NEW.connection_id, NEW.team_id, 0, 0) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER stand_in_line AFTER INSERT OR UPDATE OF status ON jobs DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'queued') EXECUTE FUNCTION tw_stand_in_line();
"""


def upgrade() -> None:
    op.add_column("connections", sa.Column("max_requests_per_minute", sa.Integer(), nullable=True))
    op.add_column("connections", sa.Column("managed_again_at", sa.DateTime(timezone=True), nullable=True))
    # The defaults stay: the previous release, which does not know the columns, still writes rows while this one starts.
    for table, column, usual in (("teams", "weight", "1"), ("jobs", "priority", "0"), ("jobs", "missed", "0")):
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default=usual))
    for column in ("events_at", "watched_at"):
        op.add_column("jobs", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    _make_tables()
    _index_jobs()
    op.execute("INSERT INTO paces (connection_id, allowance, lags) SELECT id, 50, '{}' FROM connections")
    op.execute(
        "INSERT INTO turns (connection_id, team_id, begun, ended) "
        "SELECT DISTINCT connection_id, team_id, 0, 0 FROM jobs WHERE status NOT IN ('succeeded', 'failed', 'cancelled')"
    )
    op.execute(_LINE)
    op.execute(_COMPANIONS)


def _make_tables() -> None:
    op.create_table(
        "paces",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("allowance", sa.Float(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.Column("rounds_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lags", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_paces_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_paces")),
    )
    op.create_table(
        "turns",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_turns_connection_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_turns_team_id")),
        sa.PrimaryKeyConstraint("connection_id", "team_id", name=op.f("pk_turns")),
    )
    op.execute("GRANT SELECT, INSERT ON paces, turns TO tw_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON paces, turns TO tw_worker")
    op.execute("ALTER TABLE turns ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE turns FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY teams ON turns TO tw_app USING ({_MINE}) WITH CHECK ({_MINE})")
    op.execute("CREATE POLICY service ON turns TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")


def _index_jobs() -> None:
    op.create_index("ix_jobs_connection", "jobs", ["connection_id", "status"])
    op.create_index(
        "ix_jobs_line",
        "jobs",
        ["connection_id", "team_id", sa.text("priority DESC"), "id"],
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_jobs_looks",
        "jobs",
        ["connection_id", "due_at"],
        postgresql_where=sa.text("status IN ('running', 'paused', 'cancelling')"),
    )
