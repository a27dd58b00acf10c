"""A provider's key, put into a connection of a running service: it comes out nowhere, whatever the provider says with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.support.api import SECRET_KEY, make_admin_key
from tests.support.database import PROJECT, Database
from tests.support.process import started
from tests.support.waiting import until
from tests.support.wire import says, wire

WORKER = [sys.executable, "-m", "celery", "-A", "worker.app", "worker", "--pool", "solo"]
WORKER += ["--without-gossip", "--without-mingle"]
STORED = (
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'bytea', 'character varying')"
)


@contextmanager
def working(database: Database, redis_url: str, folder: Path) -> Iterator[Path]:
    env = os.environ | {
        "DATABASE_URL": database.worker_url,
        "REDIS_URL": redis_url,
        "TUNEWRIGHT_SECRET_KEY": SECRET_KEY,
        "TUNEWRIGHT_STORAGE_DIR": str(folder / "storage"),
        "TUNEWRIGHT_LOG_LEVEL": "DEBUG",
    }
    path = folder / "worker.log"
    with path.open("w") as log, subprocess.Popen(WORKER, cwd=PROJECT, env=env, stderr=log, stdout=log) as process:
        try:
            yield path
        finally:
            process.kill()
            process.wait(20)


def stored(database: Database) -> str:
    """Every text in the database."""
    with psycopg.connect(database.owner_url) as db:
        columns = db.execute(STORED).fetchall()
        assert ("connections", "health_detail") in columns
        cells = (db.execute(f'SELECT "{column}"::text FROM "{table}"'.encode()) for table, column in columns)
        return "\n".join(str(found.fetchall()) for found in cells)


@pytest.mark.parametrize("canary", ["0123456789abcdef" * 2, "sk-canary-0123456789", "Canary/+" * 10 + "1234"])
def test_a_canary_comes_out_nowhere(database: Database, redis_url: str, tmp_path: Path, canary: str) -> None:
    auth = {"Authorization": f"Bearer {make_admin_key(database)}"}
    refusal = says({"error": {"message": f"Incorrect API key provided: {canary}.", "code": "invalid_api_key"}}, 401)
    with (
        wire(*[refusal] * 20) as server,
        working(database, redis_url, tmp_path) as worker_log,
        started(database, redis_url, tmp_path) as process,
        httpx2.Client(base_url=process.url, headers=auth, timeout=30) as admin,
    ):
        wanted = {"name": "main", "provider": "openai", "base_url": f"{server.url}/v1", "credential": canary}
        made = admin.post("/v1/connections", json=wanted)
        path = f"/v1/connections/{made.json()['id']}"
        checked = until(lambda: (seen := admin.get(path)).json()["health"] != "unchecked" and seen)
        answers = [made, checked, admin.post(f"{path}/check"), admin.get("/v1/connections"), admin.get("/v1/audit")]
        answers += [admin.post("/v1/connections", json=wanted), admin.patch(path, json={"credential": canary, "x": 1})]
        assert server.asked, "the provider was to be asked"
        assert "Incorrect API key" in answers[2].text, "the provider's words are shown"
    assert [canary for answer in answers if canary in answer.text] == []
    assert canary not in worker_log.read_text()
    assert canary not in process.log.read_text()
    assert canary not in stored(database)
