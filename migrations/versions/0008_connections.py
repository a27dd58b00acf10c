"""Connections: to whom they are open, what the server behind one trains and costs, and by which way it is reached.

Which kinds of providers there are is the code's to say from here on: another one needs no migration. Events may be the
organisation's own, and a model remembers which warning of its shutdown was given.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_connections"
down_revision = "0007_engine"
branch_labels = None
depends_on = None

_ORGANISATION = "current_setting('app.organisation', true) = 'on'"
_OPEN = f"teams IS NULL OR jsonb_exists(teams, NULLIF(current_setting('app.team', true), '')) OR {_ORGANISATION}"


def upgrade() -> None:
    list_of_any = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("connections", sa.Column("teams", list_of_any, nullable=True))
    # The default stays: the previous release, which does not know the column, still writes connections while this one starts.
    op.add_column("connections", sa.Column("catalogue", list_of_any, nullable=False, server_default="[]"))
    for column in ("proxy_url", "ca_pem"):
        op.add_column("connections", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("outage_since", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("ck_connections_providerkind", "connections")
    op.add_column("models", sa.Column("warned_days", sa.Integer(), nullable=True))
    op.alter_column("outbox", "team_id", nullable=True)
    op.execute("ALTER TABLE connections ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE connections FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY teams ON connections TO tw_app USING ({_OPEN}) WITH CHECK ({_ORGANISATION})")
    op.execute("CREATE POLICY service ON connections TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")
