"""What Postgres itself refuses: another team's rows, changes of the ledger, transactions that do not balance."""

from alembic import op

revision = "0002_guards"
down_revision = "0001_foundations"
branch_labels = None
depends_on = None

# Two services, two roles. Passwords and the right to log in are given by `python -m migrations`.
_ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tw_app') THEN CREATE ROLE tw_app; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tw_worker') THEN CREATE ROLE tw_worker; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO tw_app, tw_worker;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO tw_app, tw_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tw_app, tw_worker;
REVOKE INSERT, UPDATE ON alembic_version, clock_shift, installation FROM tw_app, tw_worker;
REVOKE INSERT, UPDATE ON keys, teams FROM tw_worker;
REVOKE UPDATE ON ledger_transactions, ledger_entries, audit_entries, alias_changes, job_events FROM tw_app, tw_worker;
GRANT DELETE ON aliases TO tw_app;
GRANT DELETE ON remembered_requests TO tw_app, tw_worker;
-- A temporary table would hide one of ours from whoever looks it up by name alone.
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
"""

_OWNED_BY_TEAM = (
    "alias_changes",
    "aliases",
    "audit_entries",
    "datasets",
    "evaluation_answers",
    "evaluations",
    "findings",
    "holds",
    "job_checkpoints",
    "job_events",
    "job_metrics",
    "jobs",
    "keys",
    "ledger_entries",
    "ledger_transactions",
    "models",
    "outbox",
    "remembered_requests",
)
_THIS_TEAM = "NULLIF(current_setting('app.team', true), '')"
_ORGANISATION = "current_setting('app.organisation', true) = 'on'"

_LEDGER = """
CREATE FUNCTION tw_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: correct it with a new transaction', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION tw_refuse();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
  FOR EACH STATEMENT EXECUTE FUNCTION tw_refuse();

CREATE FUNCTION tw_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT sum(amount) FROM ledger_entries WHERE transaction_id = NEW.transaction_id) <> 0 THEN
    RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tw_balance();
"""

# Who calls is not known before the key is found: the one question that is asked on nobody's behalf.
_FIND_KEY = """
CREATE FUNCTION tw_find_key(wanted_sha256 text)
  RETURNS TABLE (id text, team_id text, role text, name text, revoked boolean, team_archived boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.team_id, k.role, k.name, k.revoked_at IS NOT NULL, t.archived_at IS NOT NULL
    FROM keys k LEFT JOIN teams t ON t.id = k.team_id
    WHERE k.secret_sha256 = wanted_sha256
$$;
REVOKE EXECUTE ON FUNCTION tw_find_key(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tw_find_key(text) TO tw_app;
"""


def upgrade() -> None:
    op.execute(_ROLES)
    for table in _OWNED_BY_TEAM:
        _secure(table, f"team_id = {_THIS_TEAM} OR {_ORGANISATION}")
    _secure("teams", f"id = {_THIS_TEAM} OR {_ORGANISATION}")
    for table in ("budgets", "period_totals"):
        # A team's spending moves the organisation's totals too.
        _secure(table, f"team_id = {_THIS_TEAM} OR scope = 'organisation' OR {_ORGANISATION}")
    op.execute(_LEDGER)
    op.execute(_FIND_KEY)
    op.execute("INSERT INTO installation (id) VALUES (substr(md5(gen_random_uuid()::text), 1, 8))")
    op.execute("INSERT INTO budgets (scope, held) VALUES ('organisation', 0)")


def _secure(table: str, mine: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY teams ON {table} TO tw_app USING ({mine}) WITH CHECK ({mine})")
    # The owner is here for the migrations and for the two functions below that run in its name; no service logs in as it.
    op.execute(f"CREATE POLICY service ON {table} TO tw_worker, CURRENT_USER USING (true) WITH CHECK (true)")
