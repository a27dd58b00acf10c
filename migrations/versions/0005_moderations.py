"""Moderations: which dataset is shown to which connection's moderation, how far that is, and what it found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_moderations"
down_revision = "0004_uploads"
branch_labels = None
depends_on = None

_STATUSES = ("queued", "running", "succeeded", "failed")
_MINE = "team_id = NULLIF(current_setting('app.team', true), '') OR current_setting('app.organisation', true) = 'on'"


def upgrade() -> None:
    op.create_table(
        "moderations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(*_STATUSES, name="moderationstatus", native_enum=False, create_constraint=True, length=None),
            nullable=False,
        ),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("n_examples", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("n_passed", sa.Integer(), nullable=False),
        sa.Column("n_asked", sa.Integer(), nullable=False),
        sa.Column("n_cut", sa.Integer(), nullable=False),
        sa.Column("n_flagged", sa.Integer(), nullable=False),
        sa.Column("categories", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_moderations_team_id")),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_moderations_dataset_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_moderations_connection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderations")),
    )
    for column in ("team_id", "status", "dataset_id", "due_at", "claimed_until"):
        op.create_index(op.f(f"ix_moderations_{column}"), "moderations", [column])
    op.execute("GRANT SELECT, INSERT, UPDATE ON moderations TO tw_app, tw_worker")
    op.execute("ALTER TABLE moderations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE moderations FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY teams ON moderations TO tw_app USING ({_MINE}) WITH CHECK ({_MINE})")
    op.execute("CREATE POLICY service ON moderations TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")
