"""A team at the service's front door: it uploads, orders and looks over HTTP, and a worker does its work when it is told to.

The provider is a sandbox whose jobs run at the pace of its clock, which only moves when a test moves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.testclient import TestClient

from shared.queue import Task
from tests.support.clock import pass_time
from tests.support.laboratory import Laboratory, Row, jsonl, rows
from tests.support.worker import drain
from worker.task import TASKS

MODEL = "gpt-4.1-2025-04-14"
"""Trained, at a known price, on both providers."""
TERMINAL = {"succeeded", "failed", "cancelled"}
HELD_OUT = rows("support_triage", held_out=True)

Answer = httpx2.Response


def chat(answer: str | None = "billing", **more: Any) -> Row:
    """One example; None = an answer without words."""
    asked = {"role": "user", "content": f"Which label? {more or ''}"}
    return {"messages": [asked, {"role": "assistant", "content": answer, **more}]}


@dataclass(frozen=True)
class Office:
    """One team, its clients and its account at each provider."""

    lab: Laboratory
    member: TestClient

    # --- datasets -------------------------------------------------------------------------------------------------------
    def upload(self, content: bytes, name: str = "triage", **headers: str) -> Answer:
        files = {"file": ("triage.jsonl", content)}
        return self.member.post("/v1/datasets", data={"name": name}, files=files, headers=headers)

    def dataset(self, content: Sequence[Row] = HELD_OUT, name: str = "triage") -> str:
        """A dataset that was uploaded and validated."""
        made = self.upload(jsonl(content), name)
        assert made.status_code == 202, made.text
        self.drain()
        return str(made.json()["id"])

    def look(self, path: str) -> dict[str, Any]:
        seen = self.member.get(f"/v1{path}")
        assert seen.status_code == 200, seen.text
        return dict(seen.json())

    # --- providers ------------------------------------------------------------------------------------------------------
    def openai(self, **more: Any) -> str:
        return self._connect("openai", f"{self.lab.sandbox.url}/v1", self.lab.account, **more)

    def azure(self, **more: Any) -> str:
        address = f"{self.lab.sandbox.url}/azure/{self.resource}"
        return self._connect("azure", address, f"az-sandbox-{self.resource}", **more)

    def managed(self, **more: Any) -> str:
        """An Azure connection through which deployments can be made."""
        return self.azure(**{"entra": self.entra(), "management": self.management()} | more)

    def entra(self, secret: str = "secret-sandbox-of-mine") -> dict[str, str]:
        authority = f"{self.lab.sandbox.url}/entra"
        return {"tenant_id": self.tenant, "client_id": "app", "client_secret": secret, "authority_url": authority}

    def management(self) -> dict[str, str]:
        where = {"subscription_id": "sub", "resource_group": "group", "account": self.resource}
        return where | {"arm_url": f"{self.lab.sandbox.url}/arm"}

    @property
    def tenant(self) -> str:
        """Where the sandbox gives out tokens for this test's application only."""
        return f"t{self.lab.account[-12:]}"

    @property
    def resource(self) -> str:
        """The Azure account's name in the sandbox's ledger."""
        return f"r{self.lab.account[-12:]}"

    def bought(self, account: str | None = None) -> list[dict[str, Any]]:
        """Every job that the provider has accepted of this team's account."""
        return list(self.lab.sandbox.ledger(account or self.lab.account)["jobs"])

    def fault(self, kind: str, operation: str, times: int = 1, **parameters: Any) -> None:
        asked = {"kind": kind, "operation": operation, "times": times, "parameters": parameters}
        self.lab.sandbox.post("/faults", asked | {"account": self.lab.account})

    def _connect(self, provider: str, base_url: str, secret: str, **more: Any) -> str:
        wanted = {"name": provider, "provider": provider, "base_url": base_url, "credential": secret, **more}
        made = self.lab.api.admin.post("/v1/connections", json=wanted)
        assert made.status_code == 201, made.text
        self.drain()
        return str(made.json()["id"])

    # --- jobs -----------------------------------------------------------------------------------------------------------
    def order(self, dataset: str, **more: Any) -> Answer:
        """Submit a job of one epoch, or as `more` says."""
        wanted: dict[str, Any] = {"dataset_id": dataset, "model": MODEL, "hyperparameters": {"n_epochs": 1}}
        return self.member.post("/v1/jobs", json=wanted | more)

    def submit(self, dataset: str, **more: Any) -> str:
        made = self.order(dataset, **more)
        assert made.status_code == 202, made.text
        return str(made.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return self.look(f"/jobs/{job_id}")

    def events(self, job_id: str) -> list[dict[str, Any]]:
        return list(self.look(f"/jobs/{job_id}/events?limit=200")["data"])

    def until(self, job_id: str, *statuses: str, step_seconds: float = 30) -> dict[str, Any]:
        """Let worker and provider go on until the job stands there."""
        for _ in range(40):
            self.drain()
            if (job := self.job(job_id))["status"] in statuses:
                return job
            self.pass_time(step_seconds)
        raise AssertionError(self.job(job_id))

    def finish(self, job_id: str) -> dict[str, Any]:
        """Until the job has ended and nothing is left to do for it."""
        job = self.until(job_id, *TERMINAL, step_seconds=300)
        while self.lab.api.sql("SELECT id FROM jobs WHERE id = %s AND due_at IS NOT NULL", job_id):
            self.pass_time(20)
            self.drain()
        return job

    # --- time and work --------------------------------------------------------------------------------------------------
    def drain(self) -> None:
        """Do all work that is due, of every kind."""
        drain(self.lab.context)

    def step(self, task: Task) -> bool:
        """One piece of work."""
        return TASKS[task](self.lab.context)

    def pass_time(self, seconds: float) -> None:
        """Let the clocks of the service and of the provider run ahead."""
        pass_time(self.lab.api.database.owner_url, seconds)
        self.lab.sandbox.post("/clock", {"advance_seconds": seconds})
