"""The API as a process: as whom it asks the database, and what it logs."""

import json
from pathlib import Path

import httpx2
import psycopg

from tests.support.api import make_admin_key
from tests.support.database import Database
from tests.support.process import started


def test_the_process_serves_as_tw_app_and_logs_no_secrets(database: Database, redis_url: str, tmp_path: Path) -> None:
    key = make_admin_key(database)
    with started(database, redis_url, tmp_path) as process:
        assert httpx2.get(f"{process.url}/readyz").status_code == 200
        headers = {"Authorization": f"Bearer {key}", "X-Request-Id": "trace-1"}
        made = httpx2.post(f"{process.url}/v1/teams", json={"name": "support"}, headers=headers)
        assert made.status_code == 201
        with psycopg.connect(database.owner_url) as db:
            roles = db.execute(
                "SELECT DISTINCT usename FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        assert roles == [("tw_app",)]
    log = process.log.read_text()
    assert key not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    seen = [line for line in lines if line.get("request_id") == "trace-1"]
    assert [(line["event"], line["status"], line["path"]) for line in seen] == [("request", 201, "/v1/teams")]
