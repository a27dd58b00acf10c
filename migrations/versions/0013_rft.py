"""Reinforcement: what answers are graded by, what is measured of rewards, and training that is billed by time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013_rft"
down_revision = "0012_imports"
branch_labels = None
depends_on = None

_UNITS = (
    "training_token", "training_second", "input_token", "cached_input_token", "output_token", "hosting_hour",
)  # fmt: skip
_AT_MOST = ("pause", "cancel")
_MEASURED = ("train_reward", "valid_reward", "reasoning_tokens", "seconds")


def upgrade() -> None:
    at_most = sa.Enum(*_AT_MOST, name="atmaxcost", native_enum=False, create_constraint=True, length=None)
    op.add_column("jobs", sa.Column("grader", JSONB(none_as_null=True), nullable=True))
    op.add_column("jobs", sa.Column("response_format", JSONB(none_as_null=True), nullable=True))
    op.add_column("jobs", sa.Column("billed_seconds", sa.BigInteger(), nullable=True))
    # The default stays for the previous release, which still orders jobs while this one starts.
    op.add_column("jobs", sa.Column("at_max_cost", at_most, nullable=False, server_default="pause"))
    for name in _MEASURED:
        op.add_column("job_metrics", sa.Column(name, sa.Float(), nullable=True))
    op.add_column("job_metrics", sa.Column("grader_tokens", JSONB(none_as_null=True), nullable=True))
    listed = ", ".join(f"'{unit}'" for unit in _UNITS)
    op.execute("ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_unit")
    op.execute(f"ALTER TABLE ledger_entries ADD CONSTRAINT ck_ledger_entries_unit CHECK (unit IN ({listed})) NOT VALID")
    # Read through without keeping anybody from writing.
    op.execute("ALTER TABLE ledger_entries VALIDATE CONSTRAINT ck_ledger_entries_unit")
