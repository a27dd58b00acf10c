"""The sandbox as a process of its own, and one account in it per test."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from shared.providers import open_provider
from shared.providers.base import Access, Provider, TrainingOrder

LLAMA = "meta-llama/Meta-Llama-3.1-8B-Instruct"
_PREFIXES = {"openai": "sk", "compatible": "ow"}
ROWS = "".join(
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"Ticket {n}: {'无法登录' if n % 2 else 'charged twice'}"},
                {"role": "assistant", "content": "access" if n % 2 else "billing"},
            ],
        },
    )
    + "\n"
    for n in range(20)
).encode()


@contextmanager
def running_sandbox() -> Iterator[str]:
    """The address of a sandbox in which an hour of training takes about a second."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--speed", "3600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@dataclass(frozen=True)
class Standin:
    """One account of the sandbox in one dialect."""

    url: str
    dialect: str
    account: str
    credential: str

    @classmethod
    def of(cls, url: str, dialect: str) -> "Standin":
        unique = uuid4().hex[:8]
        if dialect in _PREFIXES:
            key = f"{_PREFIXES[dialect]}-sandbox-{unique}"
            return cls(url, dialect, key, key)
        return cls(url, dialect, unique, f"az-sandbox-{unique}")

    def provider(self, seconds: float = 10) -> Provider:
        if self.dialect in _PREFIXES:
            path = "/v1" if self.dialect == "openai" else "/compatible/v1"
            return open_provider(self.dialect, Access(f"{self.url}{path}", self.credential, timeout_seconds=seconds))
        version = "2024-10-21" if self.dialect == "azure-dated" else None
        endpoint = f"{self.url}/azure/{self.account}"
        return open_provider("azure", Access(endpoint, self.credential, api_version=version, timeout_seconds=seconds))

    def order(self, file_id: str, **changes: Any) -> TrainingOrder:
        model = LLAMA if self.dialect == "compatible" else "gpt-4.1-mini-2025-04-14"
        return order(file_id, **{"model": model} | changes)

    def fault(self, operation: str, kind: str, **parameters: Any) -> None:
        fault = {"account": self.account, "operation": operation, "kind": kind, "parameters": parameters}
        self._control("POST", "faults", fault)

    def switch(self, **switches: bool) -> None:
        self._control("POST", f"accounts/{self.account}", switches)

    def paid_jobs(self) -> list[dict[str, Any]]:
        jobs: list[dict[str, Any]] = self._control("GET", f"ledger?account={self.account}")["jobs"]
        return jobs

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        response = httpx2.request(method, f"{self.url}/_sandbox/{path}", json=body, trust_env=False)
        return response.raise_for_status().json()


def order(file_id: str, **changes: Any) -> TrainingOrder:
    given = {"model": "gpt-4.1-mini-2025-04-14", "method": "supervised", "training_file_id": file_id, "tag": "job_1_e1"}
    return TrainingOrder(**given | changes)
