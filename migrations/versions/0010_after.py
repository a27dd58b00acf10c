"""What comes after a job: the evaluation that was ordered with it, and its checkpoints as models beside the final one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

revision = "0010_after"
down_revision = "0009_job_options"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("models", sa.Column("step", sa.Integer(), nullable=True))
    op.drop_constraint("uq_models_job_id", "models")
    final = sa.text("step IS NULL")
    op.create_index("uq_models_final", "models", ["job_id"], unique=True, postgresql_where=final)
    op.create_index("uq_models_step", "models", ["job_id", "step"], unique=True)
    json = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("jobs", sa.Column("evaluation", json, nullable=True))
    _make_follow_ups()
    guard("follow_ups")


def _make_follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evaluation_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["jobs.id"], name=op.f("fk_follow_ups_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_follow_ups_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    for column in ("team_id", "due_at", "claimed_until"):
        op.create_index(op.f(f"ix_follow_ups_{column}"), "follow_ups", [column])
