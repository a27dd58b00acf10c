"""What a job can be ordered with, and what can be wanted of one that trains."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009_job_options"
down_revision = "0008_connections"
branch_labels = None
depends_on = None

_WISHES = ("pause", "resume")

# How long jobs take depends on all teams' jobs, of which a team may know numbers only.
_DURATIONS = """
CREATE FUNCTION tw_durations(wanted_connection text, wanted_model text)
  RETURNS TABLE (jobs bigint, waiting_p50 float, waiting_p90 float, training_p50 float, training_p90 float)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*),
      percentile_cont(0.5) WITHIN GROUP (ORDER BY waited), percentile_cont(0.9) WITHIN GROUP (ORDER BY waited),
      percentile_cont(0.5) WITHIN GROUP (ORDER BY trained), percentile_cont(0.9) WITHIN GROUP (ORDER BY trained)
    FROM (
      SELECT extract(epoch FROM started_at - greatest(created_at, not_before))::float AS waited,
        extract(epoch FROM finished_at - started_at)::float AS trained
      FROM jobs
      WHERE connection_id = wanted_connection AND status = 'succeeded' AND model = wanted_model AND started_at IS NOT NULL
      ORDER BY id DESC LIMIT 200
    ) AS recent
$$;
REVOKE EXECUTE ON FUNCTION tw_durations(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tw_durations(text, text) TO tw_app;
"""


def upgrade() -> None:
    wish = sa.Enum(*_WISHES, name="wish", native_enum=False, create_constraint=True, length=None)
    op.add_column("jobs", sa.Column("trained_from", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("continues", JSONB(), nullable=True))
    op.add_column("jobs", sa.Column("wish", wish, nullable=True))
    op.add_column("jobs", sa.Column("retry_of", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_jobs_retry_of"), "jobs", "jobs", ["retry_of"], ["id"])
    op.add_column("jobs", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("max_cost", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("early_stop", JSONB(), nullable=True))
    # The default stays for the previous release, which still orders jobs while this one starts.
    op.add_column("jobs", sa.Column("automatic_retries", sa.Integer(), nullable=False, server_default="0"))
    op.execute(_DURATIONS)
