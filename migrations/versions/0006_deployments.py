"""Deployments and what they cost by the hour; how Azure is managed; how much an account takes; where a job is trained."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_deployments"
down_revision = "0005_moderations"
branch_labels = None
depends_on = None

_STATUSES = ("creating", "ready", "failed", "deleting", "deleted")
_SKUS = ("Standard", "GlobalStandard", "DataZoneStandard", "DeveloperTier")
_STANDING = "status IN ('creating', 'ready', 'deleting')"
_MINE = "team_id = NULLIF(current_setting('app.team', true), '') OR current_setting('app.organisation', true) = 'on'"

# What may now be spent money on, and what is counted for it.
_NEW_MEMBERS = (
    ("holds", "kind", "spendkind", ("training", "evaluation", "inference", "hosting")),
    ("ledger_entries", "kind", "spendkind", ("training", "evaluation", "inference", "hosting")),
    (
        "ledger_entries",
        "unit",
        "unit",
        ("training_token", "input_token", "cached_input_token", "output_token", "hosting_hour"),
    ),
)

# A resource has room for so many deployments, whichever team's they are; a team sees its own only.
_COUNT = f"""
CREATE FUNCTION tw_deployments_on(wanted_connection text) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM deployments WHERE connection_id = wanted_connection AND {_STANDING}
$$;
REVOKE EXECUTE ON FUNCTION tw_deployments_on(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tw_deployments_on(text) TO tw_app, tw_worker;
"""


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)


def _enum(name: str, kind: str, members: tuple[str, ...]) -> sa.Column[str]:
    return sa.Column(
        name, sa.Enum(*members, name=kind, native_enum=False, create_constraint=True, length=None), nullable=False
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    _connections()
    tiers = sa.Enum(
        "standard", "global", "developer", name="servicetier", native_enum=False, create_constraint=True, length=None
    )
    op.add_column("jobs", sa.Column("tier", tiers, nullable=True))
    # Azure was told its global tier so far, by the APIs that can be told one.
    op.execute(
        "UPDATE jobs SET tier = 'global' FROM connections c WHERE c.id = connection_id AND c.provider = 'azure' "
        "AND (c.api_version IS NULL OR c.api_version >= '2025')"
    )
    for table, column, constraint, members in _NEW_MEMBERS:
        listed = ", ".join(f"'{member}'" for member in members)
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{constraint}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{constraint} CHECK ({column} IN ({listed}))")
    _deployments()


def _connections() -> None:
    kinds = sa.Enum("key", "entra", name="credentialkind", native_enum=False, create_constraint=True, length=None)
    # The default stays: the previous release, which does not know the column, still writes connections while this one starts.
    op.add_column("connections", sa.Column("credential_kind", kinds, nullable=False, server_default="key"))
    op.add_column("connections", _json("entra"))
    op.add_column("connections", sa.Column("sealed_client_secret", sa.LargeBinary(), nullable=True))
    op.add_column("connections", sa.Column("client_secret_hint", sa.Text(), nullable=True))
    op.add_column("connections", _json("management"))
    for name in ("max_running", "max_queued", "max_deployments"):
        op.add_column("connections", sa.Column(name, sa.Integer(), nullable=True))


def _deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("tw_now()"), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("base_model", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _enum("sku", "sku", _SKUS),
        sa.Column("capacity", sa.Integer(), nullable=False),
        _enum("when_budget_is_gone", "whenbudgetisgone", ("warn", "delete")),
        sa.Column("delete_when_idle_days", sa.Integer(), nullable=True),
        _enum("status", "deploymentstatus", _STATUSES),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("provider_status", sa.Text(), nullable=True),
        *map(_moment, ("put_at", "stands_since", "ready_at", "expires_at", "ended_at")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("usd_per_million", sa.Text(), nullable=False),
        sa.Column("price_id", sa.Text(), nullable=False),
        sa.Column("hours_charged", sa.Integer(), nullable=False),
        sa.Column("hours_held", sa.Integer(), nullable=False),
        *map(_moment, ("budget_gone_at", "last_asked_at", "idle_told_at", "due_at")),
        sa.Column("claim_token", sa.Text(), nullable=True),
        _moment("claimed_until"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_deployments_team_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_deployments_connection_id")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_deployments_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
    )
    for column in ("model_id", "status", "due_at", "claimed_until"):
        op.create_index(op.f(f"ix_deployments_{column}"), "deployments", [column])
    op.create_index("ix_deployments_team", "deployments", ["team_id", "id"])
    op.create_index(
        "uq_deployments_name",
        "deployments",
        ["connection_id", "name"],
        unique=True,
        postgresql_where=sa.text(_STANDING),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON deployments TO tw_app, tw_worker")
    op.execute("ALTER TABLE deployments ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE deployments FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY teams ON deployments TO tw_app USING ({_MINE}) WITH CHECK ({_MINE})")
    op.execute("CREATE POLICY service ON deployments TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(_COUNT)
