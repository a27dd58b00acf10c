"""Datasets of every common format: how a file was read, what it became, what inference must send. Findings say their byte."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_dataset_sources"
down_revision = "0002_guards"
branch_labels = None
depends_on = None

_PLAIN_CHATS = """{
    "container": "jsonl", "compression": null, "encoding": "utf-8", "has_mark": false, "table": null, "list_key": null,
    "is_one_row": false, "parting": null, "notes": [], "columns": ["messages"],
    "shaping": {"style": "chat", "shape": "chat", "mapping": null, "further": "answers"}
}"""
_SPLITS_UNDER_WAY = """
UPDATE datasets SET derivation = (derivation - 'sizes') || jsonb_build_object(
    'strategy', 'random', 'key', null, 'held_out', jsonb_build_object('held_out', derivation -> 'sizes' -> 1))
WHERE status = 'uploading' AND derivation ? 'sizes'
"""


def upgrade() -> None:
    op.add_column("findings", sa.Column("offset", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("findings", "offset", server_default=None)
    op.alter_column("datasets", "format", nullable=True)
    op.add_column("datasets", sa.Column("asked", JSONB(), nullable=True))
    op.add_column("datasets", sa.Column("source", JSONB(), nullable=True))
    op.add_column("datasets", sa.Column("examples_key", sa.Text(), nullable=True))
    op.add_column("datasets", sa.Column("examples_sha256", sa.Text(), nullable=True))
    op.add_column("datasets", sa.Column("examples_bytes", sa.BigInteger(), nullable=True))
    op.add_column("datasets", sa.Column("prints_key", sa.Text(), nullable=True))
    op.add_column("datasets", sa.Column("flags_key", sa.Text(), nullable=True))
    op.add_column("datasets", sa.Column("sketches_key", sa.Text(), nullable=True))
    op.add_column("datasets", sa.Column("recipe", JSONB(), nullable=True))
    op.add_column("datasets", sa.Column("offers", JSONB(), nullable=True))
    op.add_column("datasets", sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.alter_column("datasets", "description", server_default=None)
    # What was sent to providers so far was what had been uploaded: chats, as JSON Lines.
    op.execute("UPDATE datasets SET examples_key = storage_key, examples_sha256 = sha256, examples_bytes = size_bytes")
    op.execute(
        sa.text(
            "UPDATE datasets SET source = CAST(:source AS jsonb), offers = '[]' WHERE report IS NOT NULL"
        ).bindparams(source=_PLAIN_CHATS)
    )
    # Parts that are still to be written are planned by what a split is asked for with now.
    op.execute(_SPLITS_UNDER_WAY)
