"""Groups of jobs: ordered together under one cap, and compared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import guard

revision = "0011_groups"
down_revision = "0010_after"
branch_labels = None
depends_on = None

_STATUSES = ("preparing", "ordered", "refused", "cancelled")


def upgrade() -> None:
    status = sa.Enum(*_STATUSES, name="groupstatus", native_enum=False, create_constraint=True, length=None)
    json = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.create_table(
        "job_groups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("asked", json, nullable=False),
        sa.Column("max_cost", sa.BigInteger(), nullable=False),
        sa.Column("for_evaluations", sa.BigInteger(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_job_groups_dataset_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_job_groups_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_groups")),
    )
    for column in ("team_id", "status", "due_at", "claimed_until"):
        op.create_index(op.f(f"ix_job_groups_{column}"), "job_groups", [column])
    guard("job_groups")
    op.add_column("jobs", sa.Column("group_id", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_jobs_group_id"), "jobs", "job_groups", ["group_id"], ["id"])
    op.create_index(op.f("ix_jobs_group_id"), "jobs", ["group_id"])
