"""The API as its callers meet it: the real app on a test's database, and keys made through its own routes."""

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import assemble, living
from shared.db import Database as OurDatabase
from shared.settings import Settings
from shared.teams.actions import create_first_admin_key
from tests.support.database import Database
from tests.support.refusals import check_documented

SECRET_KEY = base64.b64encode(os.urandom(32)).decode()


@dataclass(frozen=True)
class Api:
    """An app that is up. `admin` is a client with an admin's key."""

    app: FastAPI
    settings: Settings
    admin: TestClient
    admin_key: str
    database: Database

    def client(self, key: str | None = None, **headers: str) -> TestClient:
        """A caller with a key, or a stranger."""
        auth = {} if key is None else {"Authorization": f"Bearer {key}"}
        return watched(TestClient(self.app, headers=auth | headers, raise_server_exceptions=False))

    def team(self, name: str = "support") -> dict[str, Any]:
        made = self.admin.post("/v1/teams", json={"name": name})
        assert made.status_code == 201, made.text
        return dict(made.json())

    def key(self, team_id: str, role: str = "member") -> str:
        made = self.admin.post(f"/v1/teams/{team_id}/keys", json={"name": role, "role": role})
        assert made.status_code == 201, made.text
        return str(made.json()["secret"])

    def member(self, team_id: str) -> TestClient:
        return self.client(self.key(team_id))

    def lead(self, team_id: str) -> TestClient:
        return self.client(self.key(team_id, "lead"))

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database as its owner, past every policy."""
        with psycopg.connect(self.database.owner_url, autocommit=True) as db:
            found = db.execute(statement.encode(), values)
            return found.fetchall() if found.description else []


def settings_for(database: Database, redis_url: str, storage: Path) -> Settings:
    """What an API process on these would read from its environment."""
    return Settings.model_validate(
        {
            "DATABASE_URL": database.app_url,
            "REDIS_URL": redis_url,
            "secret_key": SECRET_KEY,
            "storage_dir": storage,
            "log_level": "WARNING",
        }
    )


@cache
def _routes() -> FastAPI:
    """Made once for all tests: it takes half a second."""
    return assemble()


@contextmanager
def api_on(database: Database, settings: Settings) -> Iterator[Api]:
    app = _routes()
    # Read when a client is entered: each test brings its own to the routes that all of them share.
    app.router.lifespan_context = living(settings)
    key = make_admin_key(database)
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False) as admin:
        yield Api(app, settings, watched(admin), key, database)


def watched(client: TestClient) -> TestClient:
    """The same client, whose test fails when it is refused in a way that is not documented."""
    client.event_hooks = {"request": [], "response": [check_documented]}
    return client


def make_admin_key(database: Database) -> str:
    """The first admin's key, as `python -m migrations` makes it; the template database has one that nobody knows."""
    ours = OurDatabase(database.owner_url, pool_size=1, doorbell=lambda _: None)
    with psycopg.connect(database.owner_url, autocommit=True) as db:
        db.execute("DELETE FROM keys")
    with ours.transaction() as db_session:
        secret = create_first_admin_key(db_session, None)
    ours.engine.dispose()
    assert secret
    return secret
