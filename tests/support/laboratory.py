"""The service with a provider behind it: an API on a fresh database, the sandbox over a real socket, and a worker that tests drive.

Datasets and tuned models are put in place directly, so that what is tested here does not stand on uploads and jobs.
"""

import io
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import ids
from shared.connections.credentials import Vault
from shared.datasets.tables import Dataset
from shared.db import Database
from shared.ids import ConnectionId, DatasetId, JobId, KeyId, TeamId
from shared.lifecycles import DatasetStatus
from shared.providers import open_provider
from shared.providers.base import Access, Finished, TrainingOrder
from shared.queue import Task
from shared.registry.actions import Registration, register
from shared.storage import storage_from
from tests.sandbox.server import Running
from tests.support.api import Api
from worker.connections import check_connection
from worker.context import Context
from worker.evaluations import run_evaluations
from worker.spend import settle_abandoned

BASE = "gpt-4.1-mini-2025-04-14"
EXAMPLES = Path(__file__).parents[2] / "examples"
WORK = {
    Task.CHECK_CONNECTIONS: check_connection,
    Task.RUN_EVALUATIONS: run_evaluations,
    Task.SETTLE_ABANDONED: settle_abandoned,
}

Row = dict[str, Any]


def rows(name: str, *, held_out: bool) -> list[Row]:
    """Every fifth row of an example file is held out, the others are for training."""
    lines = (EXAMPLES / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for index, line in enumerate(lines) if (index % 5 == 0) == held_out]


def jsonl(content: Sequence[Row]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in content)


@dataclass(frozen=True)
class Laboratory:
    """One team with its clients, and one account at the sandbox."""

    api: Api
    sandbox: Running
    account: str
    context: Context
    team_id: str
    member: TestClient
    lead: TestClient

    # --- what stands in it ----------------------------------------------------------------------------------------------
    def connection(self, name: str = "openai", account: str | None = None) -> str:
        """A connection to the account (or another one), found healthy by the worker's own check."""
        credential = account or self.account
        body = {"name": name, "provider": "openai", "base_url": f"{self.sandbox.url}/v1", "credential": credential}
        made = self.api.admin.post("/v1/connections", json=body)
        assert made.status_code in (200, 201, 202), made.text
        self.drain(Task.CHECK_CONNECTIONS)
        return str(made.json()["id"])

    def dataset(self, content: Sequence[Row], status: DatasetStatus = DatasetStatus.READY) -> str:
        """A dataset whose validation has ended so."""
        data = jsonl(content)
        key = f"{self.team_id}/{sha256(data).hexdigest()}"
        with self.context.storage.incoming() as blob:
            blob.write(data)
            blob.keep(key)
        dataset = Dataset(
            id=DatasetId(ids.new("ds")),
            team_id=TeamId(self.team_id),
            name=uuid.uuid4().hex,
            version=1,
            status=DatasetStatus.UPLOADED,
            filename="held_out.jsonl",
            format="chat",
            size_bytes=len(data),
            sha256=key[-64:],
            storage_key=key,
            examples_key=key,
            created_by=KeyId(ids.new("key")),
        )
        dataset.status = DatasetStatus.VALIDATING
        dataset.status = status
        with self.transaction() as db:
            db.add(dataset)
        return str(dataset.id)

    def model(
        self, connection_id: str, provider_model: str, team_id: str | None = None, *, base_model: str = BASE
    ) -> str:
        """A registered model, as a job that succeeded would have left it."""
        made = Registration(
            team_id=TeamId(team_id or self.team_id),
            job_id=JobId(ids.new("job")),
            connection_id=ConnectionId(connection_id),
            provider_model=provider_model,
            base_model=base_model,
            lineage={"dataset_sha256": "ab" * 32, "method": "supervised", "hyperparameters": {"n_epochs": 3}},
        )
        with self.transaction() as db:
            return str(register(db, made).id)

    def budget(self, usd: str) -> None:
        put = self.api.admin.put(f"/v1/teams/{self.team_id}/budget", json={"monthly_limit_usd": usd})
        assert put.status_code == 200, put.text

    # --- what happens in it ---------------------------------------------------------------------------------------------
    def drain(self, task: Task = Task.RUN_EVALUATIONS) -> None:
        """Do all work of a kind that is due."""
        while WORK[task](self.context):
            pass

    def pass_time(self, interval: str) -> None:
        """Let Postgres's clock run ahead."""
        with psycopg.connect(self.api.database.owner_url, autocommit=True) as db:
            db.execute("DELETE FROM clock_shift")
            db.execute("INSERT INTO clock_shift VALUES (%s::interval)", [interval])

    def fault(self, kind: str, times: int = 1, **parameters: Any) -> None:
        """Let the account's next chats go wrong."""
        fault = {"kind": kind, "operation": "chat", "times": times, "account": self.account, "parameters": parameters}
        self.sandbox.post("/faults", fault)

    def asked(self) -> int:
        """How many chats the provider has answered this account."""
        return sum(one["requests"] for one in self.sandbox.ledger(self.account)["chats"])

    # --- what is left behind --------------------------------------------------------------------------------------------
    def held(self) -> int:
        """Nano-dollars in holds that are still open."""
        ((held,),) = self.api.sql("SELECT coalesce(sum(amount), 0) FROM holds WHERE status = 'pending'")
        return int(held)

    def spent(self) -> int:
        """Nano-dollars that stand charged in the ledger."""
        ((spent,),) = self.api.sql("SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE account = 'spent'")
        return int(spent)

    def told(self) -> list[tuple[str, str]]:
        """Events in the outbox: what, and of which thing."""
        return [(kind, subject) for kind, subject in self.api.sql("SELECT kind, subject FROM outbox ORDER BY id")]

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.context.database.transaction() as db:
            yield db


@contextmanager
def laboratory_on(api: Api, sandbox: Running, account: str, team: str = "support") -> Iterator[Laboratory]:
    settings = api.settings
    database = Database(api.database.worker_url, pool_size=4, doorbell=lambda _: None)
    vault = Vault(settings.secret_key.get_secret_value(), api.app.state.context.vault.machine)
    context = Context(database, storage_from(settings.storage_place), vault, installation="0123abcd")
    team_id = str(api.team(team)["id"])
    try:
        yield Laboratory(api, sandbox, account, context, team_id, api.member(team_id), api.lead(team_id))
    finally:
        database.engine.dispose()


def train(sandbox: Running, account: str, content: Sequence[Row]) -> str:
    """Let the provider train, past our service; the name of the tuned model."""
    provider = open_provider("openai", Access(f"{sandbox.url}/v1", account))
    file = provider.upload("tw_test.jsonl", io.BytesIO(jsonl(content)))
    job = provider.create_job(TrainingOrder(BASE, "supervised", file.id))
    until = time.monotonic() + 60
    while not isinstance(job.outcome, Finished):
        assert time.monotonic() < until, job
        time.sleep(0.05)
        job = provider.job(job.id) or job
    return job.outcome.model
