"""The API as a process of its own, started as it is in production."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.api import SECRET_KEY
from tests.support.database import PROJECT, Database

COMMAND = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--host", "127.0.0.1", "--port", "0"]


@dataclass(frozen=True)
class Process:
    url: str
    log: Path
    pid: int


@contextmanager
def started(database: Database, redis_url: str, folder: Path, **settings: str) -> Iterator[Process]:
    """A process with its storage and its log in a folder; `settings` are more of its environment."""
    env = os.environ | {
        "DATABASE_URL": database.app_url,
        "REDIS_URL": redis_url,
        "TUNEWRIGHT_SECRET_KEY": SECRET_KEY,
        "TUNEWRIGHT_STORAGE_DIR": str(folder / "storage"),
        **settings,
    }
    path = folder / "api.log"
    with path.open("w") as log, subprocess.Popen(COMMAND, cwd=PROJECT, env=env, stderr=log, stdout=log) as process:
        try:
            yield Process(_address(path, process), path, process.pid)
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
