"""The API as a process of its own, started as it is in production."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg

from tests.support.api import SECRET_KEY, make_admin_key
from tests.support.database import PROJECT, Database

COMMAND = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--host", "127.0.0.1", "--port", "0"]


@dataclass(frozen=True)
class Process:
    url: str
    log: Path


@contextmanager
def started(database: Database, redis_url: str, folder: Path) -> Iterator[Process]:
    env = os.environ | {
        "DATABASE_URL": database.app_url,
        "REDIS_URL": redis_url,
        "TUNEWRIGHT_SECRET_KEY": SECRET_KEY,
        "TUNEWRIGHT_STORAGE_DIR": str(folder / "storage"),
    }
    path = folder / "api.log"
    with path.open("w") as log, subprocess.Popen(COMMAND, cwd=PROJECT, env=env, stderr=log, stdout=log) as process:
        try:
            yield Process(_address(path, process), path)
        finally:
            process.terminate()
            process.wait(20)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        if found := re.search(r"running on (http://127.0.0.1:\d+)", log.read_text()):
            return found[1]
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(log.read_text())


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
