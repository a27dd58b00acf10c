"""What a job can be ordered with, and what can be wanted of one that trains."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009_job_options"
down_revision = "0007_engine"
branch_labels = None
depends_on = None

_WISHES = ("pause", "resume")


def upgrade() -> None:
    wish = sa.Enum(*_WISHES, name="wish", native_enum=False, create_constraint=True, length=None)
    op.add_column("jobs", sa.Column("wish", wish, nullable=True))
    op.add_column("jobs", sa.Column("retry_of", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_jobs_retry_of"), "jobs", "jobs", ["retry_of"], ["id"])
    op.add_column("jobs", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("max_cost", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("early_stop", JSONB(), nullable=True))
    op.add_column("jobs", sa.Column("automatic_retries", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("jobs", "automatic_retries", server_default=None)
