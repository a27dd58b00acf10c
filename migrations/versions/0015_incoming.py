"""What goes out to OpenAI and comes in from it: files in parts, services that it tells of a training, what it pushes; and when a
provider has deleted a model.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.guards import ORGANISATION, secure

revision = "0015_incoming"
down_revision = "0014_routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults stay: the previous release, which does not know the columns, still orders jobs while this one starts.
    for column, empty in (("integrations", "[]"), ("sending", "{}")):
        op.add_column("jobs", sa.Column(column, JSONB(none_as_null=True), nullable=False, server_default=empty))
    op.add_column("connections", sa.Column("sealed_webhook_secrets", sa.LargeBinary(), nullable=True))
    op.add_column("connections", sa.Column("webhook_secrets_hint", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("max_request_bytes", sa.BigInteger(), nullable=True))
    op.add_column("models", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "incoming_webhooks",
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_incoming_webhooks_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "webhook_id", name=op.f("pk_incoming_webhooks")),
    )
    op.create_index(op.f("ix_incoming_webhooks_at"), "incoming_webhooks", ["at"])
    op.execute("GRANT SELECT, INSERT ON incoming_webhooks TO tw_app")
    op.execute("GRANT SELECT, DELETE ON incoming_webhooks TO tw_worker")
    secure("incoming_webhooks", ORGANISATION)
