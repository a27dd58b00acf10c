"""What exists at providers and was not ordered here: imports, strays, and the walks by which they are found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.guards import ORGANISATION, guard, secure

revision = "0012_imports"
down_revision = "0011_groups"
branch_labels = None
depends_on = None

_KINDS = ("foreign", "other_installation", "unknown", "duplicate")
_STATUSES = ("queued", "running", "succeeded", "failed")
_OUTCOMES = ("found", "taken", "known", "failed")

# Every connection is walked, whichever release makes it.
_COMPANION = """
CREATE FUNCTION tw_make_walk() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO walks (id, due_at) VALUES (NEW.id, tw_now() + interval '60 seconds');
  RETURN NULL;
END $$;
CREATE TRIGGER make_walk AFTER INSERT ON connections FOR EACH ROW EXECUTE FUNCTION tw_make_walk();
"""

# As it was, but for what was over at its provider when it was found: that holds no place there.
_LINE = """
CREATE OR REPLACE FUNCTION tw_line(wanted_connection text)
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
      AND (j.origin = 'ordered' OR coalesce(j.provider_status, 'created') NOT IN ('succeeded', 'failed', 'cancelled'))
    GROUP BY j.team_id, t.weight
$$;
"""


def upgrade() -> None:
    op.alter_column("jobs", "dataset_id", nullable=True)
    # The default stays for the previous release, which still orders jobs while this one starts.
    op.add_column("jobs", _enum("origin", "origin", ("ordered", "imported", "restored"), server_default="ordered"))
    op.add_column("jobs", sa.Column("told", JSONB(none_as_null=True), nullable=True))
    # Whose an order is that carries no tag is told by its file.
    op.create_index("ix_jobs_training_file_id", "jobs", ["training_file_id"])
    op.create_index("ix_jobs_superseded_file_ids", "jobs", ["superseded_file_ids"], postgresql_using="gin")
    fetches: sa.Column[bool] = sa.Column("fetches_files", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("connections", fetches)
    _imports()
    _strays()
    _walks()
    op.execute(_LINE)


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        _begun("created_at"),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("jobs", JSONB(none_as_null=True), nullable=True),
        sa.Column("models", JSONB(none_as_null=True), nullable=True),
        _enum("status", "importstatus", _STATUSES),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("finished_at"),
        *_claimed(),
        *_refers("imports", team_id="teams", connection_id="connections"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    for column in ("team_id", "status", "due_at", "claimed_until"):
        op.create_index(op.f(f"ix_imports_{column}"), "imports", [column])
    op.create_table(
        "import_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("model", "fine_tuned_model", "provider_status")),
        _enum("outcome", "itemoutcome", _OUTCOMES),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Text(), nullable=True),
        *_refers("import_items", import_id="imports", team_id="teams", job_id="jobs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_items")),
    )
    op.create_index("uq_import_items_subject", "import_items", ["import_id", "subject"], unique=True)
    guard("imports")
    guard("import_items", may_update=())


def _strays() -> None:
    op.create_table(
        "strays",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("provider_job_id", sa.Text(), nullable=False),
        _enum("kind", "straykind", _KINDS),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("job_id", "tag", "model", "method")),
        sa.Column("provider_status", sa.Text(), nullable=False),
        _moment("ordered_at"),
        sa.Column("trained_tokens", sa.BigInteger(), nullable=True),
        _begun("found_at"),
        _moment("look_at"),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("looks_for_bill", sa.Integer(), nullable=False),
        _moment("settled_at"),
        sa.Column("charged", sa.BigInteger(), nullable=True),
        *_refers("strays", connection_id="connections", job_id="jobs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strays")),
    )
    op.create_index("uq_strays_provider_job", "strays", ["connection_id", "provider_job_id"], unique=True)
    unsettled = sa.text("kind = 'duplicate' AND settled_at IS NULL")
    op.create_index("ix_strays_unsettled", "strays", ["connection_id"], postgresql_where=unsettled)
    op.execute("GRANT SELECT ON strays TO tw_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON strays TO tw_worker")
    secure("strays", ORGANISATION)


def _walks() -> None:
    op.create_table(
        "walks",
        sa.Column("id", sa.Text(), nullable=False),
        _moment("whole_at"),
        *_claimed(),
        *_refers("walks", id="connections"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walks")),
    )
    for column in ("due_at", "claimed_until"):
        op.create_index(op.f(f"ix_walks_{column}"), "walks", [column])
    op.execute("GRANT SELECT, INSERT ON walks TO tw_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON walks TO tw_worker")
    op.execute("INSERT INTO walks (id, due_at) SELECT id, tw_now() FROM connections")
    op.execute(_COMPANION)


def _enum(name: str, kind: str, members: tuple[str, ...], server_default: str | None = None) -> sa.Column[str]:
    listed = sa.Enum(*members, name=kind, native_enum=False, create_constraint=True, length=None)
    return sa.Column(name, listed, nullable=False, server_default=server_default)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _begun(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False)


def _claimed() -> tuple[sa.Column[object], ...]:
    token: sa.Column[object] = sa.Column("claim_token", sa.Text(), nullable=True)
    return _moment("due_at"), token, _moment("claimed_until")


def _refers(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]
