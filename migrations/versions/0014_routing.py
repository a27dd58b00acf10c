"""Where data may go: what datasets and teams are bound to, and where connections stand."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014_routing"
down_revision = "0013_rft"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("datasets", "teams"):
        op.add_column(table, sa.Column("routing", JSONB(none_as_null=True), nullable=True))
    for column in ("region", "told_region"):
        op.add_column("connections", sa.Column(column, sa.Text(), nullable=True))
