"""A service in the test's own process with a sandbox beside it: submit through the API, `drain` in place of a worker.

Everything is deterministic: nothing happens between two lines of a test, and Postgres's clock is moved, not waited for.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from local.processes import PROJECT
from shared.providers import open_provider
from shared.providers.base import Access, Provider
from shared.spend.queries import wrong_totals
from tests.support.api import Api
from tests.support.clock import pass_time
from tests.support.sandbox import Control
from tests.support.worker import context_on, drain
from worker.context import Context

MODEL = "gpt-4.1-2025-04-14"
LLAMA = {
    "model": "meta-llama/Meta-Llama-3.1-8B-Instruct",
    "prices": {"training": "0.4", "input": "0.02", "output": "0.06", "tuned_input": "0.03", "tuned_output": "0.09"},
    "context_tokens": 131_072,
    "always": {"lora": True},
}
"""As an admin would describe what the compatible sandbox trains, and how it bills."""
TERMINAL = {"succeeded", "failed", "cancelled"}
EXAMPLES = PROJECT / "examples" / "support_triage.jsonl"
_PATIENCE = 60


@dataclass(frozen=True)
class Workshop:
    """One team with a dataset that is ready and one provider account that nobody else uses."""

    api: Api
    context: Context
    sandbox: Control
    member: TestClient
    access: Access
    account: str
    provider: str
    team_id: str
    connection_id: str
    dataset_id: str

    def submit(self, **more: Any) -> str:
        model = LLAMA["model"] if self.provider == "compatible" else MODEL
        order = {"dataset_id": self.dataset_id, "connection_id": self.connection_id, "model": model}
        made = self.member.post("/v1/jobs", json=order | {"hyperparameters": {"n_epochs": 1}} | more)
        assert made.status_code == 202, made.text
        return str(made.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(self.member.get(f"/v1/jobs/{job_id}").json())

    def events(self, job_id: str) -> list[dict[str, Any]]:
        return list(self.member.get(f"/v1/jobs/{job_id}/events", params={"limit": 200}).json()["data"])

    def fault(self, operation: str, kind: str, *, times: int = 1, **parameters: Any) -> None:
        self.sandbox.fault(self.account, operation, kind, times=times, **parameters)

    def drain(self) -> None:
        drain(self.context)

    def pass_time(self, seconds: float) -> None:
        pass_time(self.api.database.owner_url, seconds)

    def until_over(self, job_id: str, step_seconds: float = 5) -> dict[str, Any]:
        """Work and time in turn, until the job has ended and nothing is left to do for it."""
        for _ in range(_PATIENCE):
            self.drain()
            if self.job(job_id)["status"] in TERMINAL and not self._left_to_do(job_id):
                return self.job(job_id)
            self.pass_time(step_seconds)
        raise AssertionError(self.job(job_id))

    def until_code(self, job_id: str, reason_code: str) -> dict[str, Any]:
        """Work and a little time in turn, until the job stands where it stands for this reason."""
        for _ in range(_PATIENCE):
            self.drain()
            if (job := self.job(job_id))["reason_code"] == reason_code:
                return job
            self.pass_time(1)
        raise AssertionError(self.job(job_id))

    def times_bought(self, job_id: str) -> int:
        return self.sandbox.bought(self.account)[job_id]

    def open(self) -> Provider:
        return open_provider(self.provider, self.access)

    def check_books(self) -> None:
        """No money is held, every total equals the ledger, and no file of ours is left at the provider."""
        assert self.api.sql("SELECT subject FROM holds WHERE status = 'pending'") == []
        with self.context.database.reading() as db:
            assert wrong_totals(db) == []
        provider = self.open()
        assert [file.name for file in provider.files("tw_")] == []
        provider.close()

    def _left_to_do(self, job_id: str) -> bool:
        return bool(self.api.sql("SELECT id FROM jobs WHERE id = %s AND due_at IS NOT NULL", job_id))


@contextmanager
def workshop_on(api: Api, sandbox_url: str, dialect: str) -> Iterator[Workshop]:
    """`dialect`: openai, azure or compatible."""
    unique = uuid.uuid4().hex[:10]
    if dialect == "compatible":
        account, access = (
            f"ow-sandbox-{unique}",
            Access(f"{sandbox_url}/compatible/v1", f"ow-sandbox-{unique}", None, 3),
        )
    elif dialect == "openai":
        account, access = f"sk-sandbox-{unique}", Access(f"{sandbox_url}/v1", f"sk-sandbox-{unique}", timeout_seconds=3)
    else:
        account = f"r{unique}"
        access = Access(f"{sandbox_url}/azure/{account}", f"az-sandbox-{unique}", "2025-04-01-preview", 3)
    with context_on(api.database, api.settings) as context:
        team_id = api.team()["id"]
        member = api.lead(team_id)
        connection_id = _connect(api, dialect, access)
        dataset_id = _upload(member)
        drain(context)
        assert member.get(f"/v1/datasets/{dataset_id}").json()["status"] == "ready"
        control = Control(sandbox_url)
        yield Workshop(api, context, control, member, access, account, dialect, team_id, connection_id, dataset_id)
        control.mend()


def _connect(api: Api, dialect: str, access: Access) -> str:
    wanted = {"name": dialect, "provider": dialect, "base_url": access.base_url, "credential": access.credential}
    more = {"catalogue": [LLAMA]} if dialect == "compatible" else {"api_version": access.api_version}
    made = api.admin.post("/v1/connections", json=wanted | more)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _upload(member: TestClient) -> str:
    content = "".join(EXAMPLES.read_text().splitlines(keepends=True)[:12])
    sent = member.post("/v1/datasets", data={"name": "triage"}, files={"file": ("triage.jsonl", content.encode())})
    assert sent.status_code == 202, sent.text
    return str(sent.json()["id"])
