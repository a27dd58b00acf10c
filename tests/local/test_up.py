"""`make up` and the stack below it, with every real process."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local import data_folder, postgres, stack, valkey
from local.addresses import free_port
from local.processes import PROJECT
from local.stack import Plan
from local.wire import Client, status_of
from shared.teams import keys
from tests.sandbox.server import Running
from tests.support.descendants import below, survivors
from tests.support.waiting import until

pytestmark = pytest.mark.slow
Up = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    with ExitStack() as exits:

        def start(*options: str, stdin: int = subprocess.DEVNULL, **variables: str) -> subprocess.Popen[str]:
            argv = [sys.executable, "-m", "local.up", "--port", str(free_port()), "--data", str(folder), *options]
            env = {**os.environ, **variables}
            process = exits.enter_context(
                subprocess.Popen(
                    argv, cwd=PROJECT, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
                )
            )
            exits.callback(process.kill)
            return process

        yield start


def until_ready(process: "subprocess.Popen[str]") -> dict[str, str]:
    """What it said until it was ready: the first word of each line and the next."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("ready "):
            return {line[:10].strip(): line[10:].split()[0] for line in said[:-1]} | {"ready": line.split()[1]}
    raise AssertionError("".join(said))


def test_everything_is_kept_from_run_to_run_and_no_process_outlives_its_supervisor(up: Up, folder: Path) -> None:
    """The admin key is shown by the first run that gets so far."""
    cut_off = up()
    until(lambda: kept(folder).get("admin_key"), seconds=60)
    cut_off.kill()
    assert "ready" not in cut_off.communicate()[0]

    first = up()
    said = until_ready(first)
    names = connection_names(said["ready"], said["admin key"])
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=40) == 0

    last = up()
    again = until_ready(last)

    assert said["admin key"] == kept(folder)["admin_key"]
    assert names == {"openai-sandbox", "azure-sandbox", "compatible-sandbox"}
    assert "admin key" not in again
    assert connection_names(again["ready"], said["admin key"]) == names

    processes = below(last.pid)
    assert len(processes) > 10
    last.kill()
    assert not survivors(processes, seconds=8)


def test_a_real_account_is_used_below_its_cap_and_never_again_without_being_told(up: Up, provider: Running) -> None:
    """The account is the sandbox's, at an address that `make up` does not know for one. The admin key is the caller's own."""
    key = keys.generate()
    account = {"OPENAI_API_KEY": "sk-sandbox-real-account", "OPENAI_BASE_URL": f"{provider.url}/v1"}
    person, terminal = pty.openpty()
    os.write(person, b"12.50\n")
    first = up("--real", stdin=terminal, TUNEWRIGHT_BOOTSTRAP_KEY=key, **account)
    shown = until_ready(first)
    client = Client(shown["ready"], key)
    real = next(each for each in client.must("GET", "/v1/connections")["data"] if each["name"] == "openai")
    health = client.must("POST", f"/v1/connections/{real['id']}/check")["health"]
    cap = client.must("GET", "/v1/budgets")["monthly_limit_usd"]
    first.kill()

    plain = up(**account)
    said, _ = plain.communicate(timeout=40)

    assert "admin key" not in shown
    assert (real["base_url"], health, cap) == (account["OPENAI_BASE_URL"], "healthy", "12.50")
    assert plain.returncode == 1
    assert "was given a real account. REAL=1 starts it again" in said
    for descriptor in (person, terminal):
        os.close(descriptor)


def test_each_process_of_a_stack_can_be_killed_and_comes_back(folder: Path) -> None:
    with data_folder.claimed(folder) as claimed, stack.running(claimed, Plan(apis=2)) as service:
        for name in ("worker-short-1", "api-2", "valkey", "postgres"):
            service.supervisor.restart(name)
        service.flush_doorbell()
        service.supervisor.check()
        assert set(service.supervisor.pids) == {
            "postgres", "valkey", "sandbox", "api-1", "api-2", "worker-short-1", "worker-long-1", "beat",
        }  # fmt: skip
        assert [status_of(f"{url}/readyz") for url in service.urls] == [200, 200]


def test_servers_that_are_there_already_are_used_instead_of_embedded_ones(folder: Path) -> None:
    with (
        data_folder.claimed(folder / "theirs") as theirs,
        postgres.running(theirs, "superuser's") as server,
        valkey.running(theirs) as bell,
        data_folder.claimed(folder / "ours") as ours,
    ):
        postgres.create_service_database(server, "owner's")
        owner_url = server.url(postgres.DATABASE, postgres.OWNER, "owner's")
        with stack.running(ours, Plan(database_url=owner_url, redis_url=bell.url)) as service:
            assert set(service.supervisor.pids) == {"sandbox", "api-1", "worker-short-1", "worker-long-1", "beat"}
            for url, role in ((service.databases.app, "tw_app"), (service.databases.worker, "tw_worker")):
                with psycopg.connect(url) as db:
                    assert db.execute("SELECT current_user::text").fetchone() == (role,)


def kept(folder: Path) -> dict[str, Any]:
    path = folder / "installation.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def connection_names(url: str, key: str) -> set[str]:
    return {connection["name"] for connection in Client(url, key).must("GET", "/v1/connections")["data"]}
