"""Uploads in parts: how far each has come, and its pieces."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_uploads"
down_revision = "0003_dataset_sources"
branch_labels = None
depends_on = None

_STATUSES = ("receiving", "completed", "aborted", "expired")
_MINE = "team_id = NULLIF(current_setting('app.team', true), '') OR current_setting('app.organisation', true) = 'on'"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*_STATUSES, name="uploadstatus", native_enum=False, create_constraint=True, length=None),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("n_pieces", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_uploads_team_id")),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_uploads_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    for column in ("team_id", "status", "dataset_id", "due_at", "claimed_until"):
        op.create_index(op.f(f"ix_uploads_{column}"), "uploads", [column])
    op.create_table(
        "upload_pieces",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_upload_pieces_upload_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_upload_pieces_team_id")),
        sa.PrimaryKeyConstraint("upload_id", "offset", name=op.f("pk_upload_pieces")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON uploads, upload_pieces TO tw_app, tw_worker")
    op.execute("GRANT DELETE ON upload_pieces TO tw_worker")
    for table in ("uploads", "upload_pieces"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY teams ON {table} TO tw_app USING ({_MINE}) WITH CHECK ({_MINE})")
        op.execute(f"CREATE POLICY service ON {table} TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")
