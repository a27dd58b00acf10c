"""A running sandbox for tests, and its own door."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Running:
    """`http` knows the address; `process` can be killed."""

    url: str
    http: httpx2.Client
    process: subprocess.Popen[str]

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = self.http.get(f"/_sandbox{path}", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(f"/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ledger(self, account: str) -> dict[str, Any]:
        return self.get("/ledger", account=account)


@contextmanager
def running(*options: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "sandbox", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            with httpx2.Client(base_url=url, timeout=20) as http:
                yield Running(url, http, process)
        finally:
            process.terminate()
