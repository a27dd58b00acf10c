"""The service under drill: every process real, fast sandbox, and the questions that every drill asks at its end."""

import json
import os
import signal
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from local import commands, data_folder, installation, postgres, stack
from local.processes import PROJECT
from local.stack import Plan, Stack
from local.wire import Client
from shared.db import Database
from shared.providers import open_provider
from shared.providers.base import Access, Provider
from shared.spend.queries import wrong_totals
from tests.support.clock import pass_time
from tests.support.descendants import below
from tests.support.sandbox import Control
from tests.support.waiting import until

MODEL = "gpt-4.1-2025-04-14"
EXAMPLES = PROJECT / "examples" / "support_triage.jsonl"
TERMINAL = {"succeeded", "failed", "cancelled"}
WORKERS, CHILDREN = 2, 5
PLAN = Plan(
    apis=2,
    workers=WORKERS,
    concurrency=CHILDREN,
    sandbox_speed=6000,
    postgres_settings=postgres.CARELESS,
    settings={
        "TUNEWRIGHT_SWEEP_SECONDS": "0.5",
        "TUNEWRIGHT_POLL_SECONDS": "0.5",
        "TUNEWRIGHT_SETTLE_SECONDS": "5",
    },
)


_NO_LIMITS = {"max_running": 10_000, "max_queued": 10_000, "max_requests_per_minute": 100_000}
"""Jobs that last a second are looked at all the time, and drills are about other things than waiting."""


@dataclass(frozen=True)
class Account:
    """A connection to an account of the sandbox that nobody else uses."""

    connection_id: str
    name: str
    provider: str
    access: Access

    def open(self) -> Provider:
        return open_provider(self.provider, self.access)


@dataclass(frozen=True)
class Team:
    id: str
    client: Client

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(self.client.must("GET", f"/v1/jobs/{job_id}"))

    def statuses(self, job_ids: Collection[str]) -> dict[str, str]:
        return {job_id: self.job(job_id)["status"] for job_id in job_ids}

    def until_over(self, job_ids: Collection[str], *, seconds: float = 90) -> dict[str, str]:
        """Every job's last status."""
        left, over = set(job_ids), dict[str, str]()

        def look() -> bool:
            over.update({job: status for job, status in self.statuses(left).items() if status in TERMINAL})
            left.difference_update(over)
            return not left

        until(look, seconds=seconds, every=0.3)
        return over


@dataclass(frozen=True)
class Service:
    """Two APIs, two workers of five children for each queue, beat, Postgres, Valkey and the sandbox."""

    stack: Stack
    sandbox: Control

    @cached_property
    def admin(self) -> Client:
        return Client(self.stack.url, self.stack.admin_key)

    @property
    def workers(self) -> list[str]:
        return [f"worker-{queue}-{number}" for number in range(1, WORKERS + 1) for queue in commands.QUEUES]

    def team(self) -> Team:
        made = self.admin.must("POST", "/v1/teams", {"name": f"team {uuid.uuid4().hex[:8]}"})
        key = self.admin.must("POST", f"/v1/teams/{made['id']}/keys", {"name": "drill", "role": "lead"})
        return Team(made["id"], Client(self.stack.url, key["secret"]))

    def account(self, dialect: str) -> Account:
        """A new account and a connection to it, checked."""
        unique = uuid.uuid4().hex[:10]
        if dialect == "openai":
            name, access = f"sk-sandbox-{unique}", Access(f"{self.sandbox.url}/v1", f"sk-sandbox-{unique}")
        else:
            name = f"r{unique}"
            access = Access(f"{self.sandbox.url}/azure/{name}", f"az-sandbox-{unique}", "2025-04-01-preview")
        wanted = {"name": f"{dialect} {unique}", "provider": dialect, "base_url": access.base_url}
        more = {"credential": access.credential, "api_version": access.api_version} | _NO_LIMITS
        connection_id = self.admin.must("POST", "/v1/connections", wanted | more)["id"]
        until(lambda: self.admin.must("GET", f"/v1/connections/{connection_id}")["health"] == "healthy")
        return Account(connection_id, name, dialect, access)

    def dataset(self, team: Team, examples: int = 12) -> str:
        """A dataset of the team's that is ready. Equal bytes of one team are one blob, so each gets a line of its own."""
        lines = EXAMPLES.read_text().splitlines()[: examples - 1]
        own = json.loads(lines[0])
        own["messages"][1]["content"] = f"Where is parcel {uuid.uuid4().hex[:8]}?"
        content = "\n".join([*lines, json.dumps(own)]) + "\n"
        with httpx2.Client(trust_env=False, timeout=30) as http:
            sent = http.post(
                f"{team.client.url}/v1/datasets",
                headers={"Authorization": f"Bearer {team.client.key}"},
                data={"name": "triage"},
                files={"file": ("triage.jsonl", content.encode())},
            )
        assert sent.status_code == 202, sent.text
        dataset_id = str(sent.json()["id"])
        until(lambda: team.client.must("GET", f"/v1/datasets/{dataset_id}")["status"] == "ready")
        return dataset_id

    def blob(self, dataset_id: str) -> Path:
        """Where the bytes of a dataset lie."""
        ((key,),) = self.sql("SELECT storage_key FROM datasets WHERE id = %s", dataset_id)
        return self.stack.folder.path / "storage" / str(key)

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database as its superuser, who sees every row and what every session does."""
        with psycopg.connect(self._superuser, autocommit=True) as db:
            found = db.execute(statement.encode(), values or None)
            return found.fetchall() if found.description else []

    @cached_property
    def _superuser(self) -> str:
        folder = self.stack.folder
        password = installation.recall(folder).superuser_password
        return postgres.server_url(folder.path / "sockets", postgres.DATABASE, postgres.SUPERUSER, password)

    def pass_time(self, seconds: float) -> None:
        pass_time(self.stack.databases.owner, seconds)

    def kill_workers(self) -> None:
        """SIGKILL to all of them, with everything below them."""
        for name in self.workers:
            self.stack.supervisor[name].kill()

    def kill_children(self) -> None:
        """SIGKILL to every process that works, each of which Celery replaces by a new one."""
        for name in self.workers:
            for pid, _ in below(self.stack.supervisor[name].pid):
                os.kill(pid, signal.SIGKILL)

    def start_workers(self) -> None:
        """Those that are dead."""
        for name in self.workers:
            if self.stack.supervisor[name].exit_status is not None:
                self.stack.supervisor[name].start()

    def check_books(self, team: Team, accounts: Sequence[Account]) -> None:
        """No money is held, every total equals the ledger, and no file of ours is left at the provider."""
        until(lambda: not self._uncleaned(team), seconds=60)
        assert self.sql("SELECT subject FROM holds WHERE team_id = %s AND status = 'pending'", team.id) == []
        assert self.wrong_totals() == []
        for account in accounts:
            provider = account.open()
            assert [file.name for file in provider.files("tw_")] == []
            provider.close()

    def wrong_totals(self) -> list[str]:
        ours = Database(self.stack.databases.worker, pool_size=1, doorbell=lambda _: None)
        try:
            with ours.reading() as db:
                return wrong_totals(db)
        finally:
            ours.engine.dispose()

    def _uncleaned(self, team: Team) -> list[tuple[Any, ...]]:
        return self.sql("SELECT id FROM jobs WHERE team_id = %s AND due_at IS NOT NULL", team.id)


def submit(team: Team, dataset_id: str, account: Account, **more: Any) -> str:
    """Order a job and give its id."""
    order = {"dataset_id": dataset_id, "connection_id": account.connection_id, "model": MODEL}
    return str(team.client.must("POST", "/v1/jobs", order | {"hyperparameters": {"n_epochs": 1}} | more)["id"])


@contextmanager
def running(plan: Plan = PLAN) -> Iterator[Service]:
    with data_folder.temporary() as folder, stack.running(folder, plan) as started:
        yield Service(started, Control(str(started.sandbox_url)))
