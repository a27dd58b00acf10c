"""Credentials at rest: sealed each for its own connection, and put under another key while the service runs."""

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.connections.credentials import CannotOpen, Vault, inner_of
from shared.connections.rotation import rewrap_some
from shared.db import Database
from shared.ids import ConnectionId
from shared.settings import Settings
from tests.support.api import Api
from tests.support.database import PROJECT
from worker.rotate_keys import rotate

ONE, OTHER = ConnectionId("conn_1"), ConnectionId("conn_2")


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def sealed_before_keys_had_names(secret_key: str, credential: str, owner: str) -> bytes:
    data_key, outer, inner = AESGCM.generate_key(256), os.urandom(12), os.urandom(12)
    wrapped = outer + AESGCM(base64.b64decode(secret_key)).encrypt(outer, data_key, owner.encode())
    return b"\x01" + wrapped + inner + AESGCM(data_key).encrypt(inner, credential.encode(), owner.encode())


@pytest.fixture
def worker(api: Api) -> Iterator[Database]:
    database = Database(api.database.worker_url, pool_size=2, doorbell=lambda _: None)
    yield database
    database.engine.dispose()


def connected(api: Api, n: int) -> list[str]:
    described = {"provider": "openai", "base_url": "https://example.com"}
    made = [
        api.admin.post("/v1/connections", json=described | {"name": str(at), "credential": f"sk-secret-number-{at}"})
        for at in range(n)
    ]
    return [one.json()["id"] for one in made]


def opened(api: Api, vault: Vault) -> list[str]:
    return [
        vault.open(sealed, owner)
        for owner, sealed in api.sql("SELECT id, sealed_credential FROM connections ORDER BY id")
    ]


def test_what_is_sealed_opens_for_its_own_connection_only() -> None:
    vault = Vault(key())
    sealed = vault.seal("sk-secret", ONE)
    assert vault.open(sealed, ONE) == "sk-secret"
    assert b"sk-secret" not in sealed
    with pytest.raises(CannotOpen):
        vault.open(sealed, OTHER)
    with pytest.raises(CannotOpen):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), ONE)
    with pytest.raises(CannotOpen, match="another TUNEWRIGHT_SECRET_KEY"):
        Vault(key()).open(sealed, ONE)
    with pytest.raises(CannotOpen):
        vault.open(b"", ONE)


def test_several_keys_open_and_the_first_seals() -> None:
    old, new = key(), key()
    sealed = Vault(old).seal("sk-secret", ONE)
    both = Vault(f"{new}\n{old}\n")
    assert both.open(sealed, ONE) == "sk-secret"
    rewrapped = both.rewrap(sealed, ONE)
    assert Vault(new).open(rewrapped, ONE) == "sk-secret"
    assert (sealed.startswith(both.stamp), rewrapped.startswith(both.stamp)) == (False, True)
    assert inner_of(rewrapped) == inner_of(sealed) != inner_of(both.seal("sk-secret", ONE))


def test_what_was_sealed_before_keys_had_names_stays_readable() -> None:
    old, new = key(), key()
    sealed = sealed_before_keys_had_names(old, "sk-old", ONE)
    assert Vault(old).open(sealed, ONE) == "sk-old"
    vault = Vault(f"{new},{old}")
    assert vault.open(sealed, ONE) == "sk-old"
    assert Vault(new).open(vault.rewrap(sealed, ONE), ONE) == "sk-old"


@pytest.mark.parametrize("keys", ["", " , ", "c2hvcnQ=", "no base 64!"])
def test_a_key_that_is_none_is_refused_without_being_repeated(keys: str) -> None:
    with pytest.raises(ValueError, match="openssl rand") as refused:
        Vault(keys)
    assert not keys.strip(" ,") or keys not in str(refused.value)


def test_a_keys_name_tells_nothing_of_the_key() -> None:
    secret = key()
    raw = base64.b64decode(secret)
    stamp = Vault(secret).stamp
    assert stamp[1:] not in (raw[:8], hashlib.sha256(raw).digest()[:8])


def test_all_credentials_come_under_the_newest_key_while_the_service_runs(api: Api, worker: Database) -> None:
    old, new = api.settings.secret_key.get_secret_value(), key()
    ids = connected(api, 5)
    api.admin.delete(f"/v1/connections/{ids[0]}")
    before = sealed_before_keys_had_names(old, "sk-from-long-ago", ids[1])
    with worker.transaction() as db:
        db.connection().exec_driver_sql("UPDATE connections SET sealed_credential = %s WHERE id = %s", (before, ids[1]))
    vault, wanted = Vault(f"{new} {old}"), opened(api, Vault(old))
    with worker.transaction() as db:  # broken off after the first portion
        assert rewrap_some(db, vault, limit=2).rewrapped == 2
    assert opened(api, vault) == wanted, "half of them are under either key, and all can be read"
    assert rotate(worker, vault) == (3, [])
    assert rotate(worker, vault) == (0, [])
    assert opened(api, Vault(new)) == wanted
    assert "sk-from-long-ago" in wanted


def test_the_command_does_it_with_a_workers_settings(api: Api) -> None:
    old, new = api.settings.secret_key.get_secret_value(), key()
    connected(api, 2)
    settings = {
        "REDIS_URL": "redis://127.0.0.1:1",
        "TUNEWRIGHT_STORAGE_DIR": "/nowhere",
        "DATABASE_URL": api.database.worker_url,
    }
    env = os.environ | settings | {"TUNEWRIGHT_SECRET_KEY": f"{new},{old}"}
    command = [sys.executable, "-m", "worker.rotate_keys"]
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"credentials": 2' in done.stdout + done.stderr
    assert opened(api, Vault(new)) == ["sk-secret-number-0", "sk-secret-number-1"]


def test_an_applications_secret_comes_under_the_newest_key_too(api: Api, worker: Database) -> None:
    application = {"tenant_id": "t", "client_id": "c", "client_secret": "secret-of-an-application"}
    by_token = {"name": "azure", "provider": "azure", "base_url": "https://example.com", "credential_kind": "entra"}
    made = api.admin.post("/v1/connections", json=by_token | {"entra": application}).json()
    new = key()
    assert rotate(worker, Vault(f"{new},{api.settings.secret_key.get_secret_value()}")) == (1, [])
    ((credential, secret),) = api.sql("SELECT sealed_credential, sealed_client_secret FROM connections")
    assert credential == b""
    assert Vault(new).open(secret, made["id"]) == "secret-of-an-application"


def test_a_credential_that_no_key_opens_is_named_and_left(api: Api, worker: Database) -> None:
    (lost, fine) = connected(api, 2)
    foreign = Vault(key()).seal("sk-lost", ConnectionId(lost))
    with worker.transaction() as db:
        db.connection().exec_driver_sql("UPDATE connections SET sealed_credential = %s WHERE id = %s", (foreign, lost))
    vault = Vault(f"{key()} {api.settings.secret_key.get_secret_value()}")
    assert rotate(worker, vault) == (1, [lost])
    assert api.sql("SELECT sealed_credential FROM connections WHERE id = %s", lost) == [(foreign,)]
    assert vault.open(
        api.sql("SELECT sealed_credential FROM connections WHERE id = %s", fine)[0][0], ConnectionId(fine)
    )


def test_keys_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{key()}\n{key()}\n")
    for name, value in {"DATABASE_URL": "x", "REDIS_URL": "x", "TUNEWRIGHT_STORAGE_DIR": "/x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TUNEWRIGHT_SECRET_KEY_FILE", str(file))
    monkeypatch.setenv("TUNEWRIGHT_SECRET_KEY", "")
    assert Settings().sealing_keys == file.read_text()
    monkeypatch.setenv("TUNEWRIGHT_SECRET_KEY", key())
    with pytest.raises(ValueError, match="either TUNEWRIGHT_SECRET_KEY or TUNEWRIGHT_SECRET_KEY_FILE"):
        Settings()
