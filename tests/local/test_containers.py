"""The compose file and the image start what local/ starts, keep no secret of their own, and are not run as root."""

import json
import re
from typing import Any

import pytest
import yaml

from local import commands
from local.processes import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
DOCKERFILE = PROJECT / "Dockerfile"
HARMLESS_DEFAULTS = {
    "TUNEWRIGHT_BIND",
    "TUNEWRIGHT_PORT",
    "TUNEWRIGHT_BOOTSTRAP_KEY",
    "TUNEWRIGHT_SECRET_KEY",
    "TUNEWRIGHT_SECRET_KEY_FILE",
    "TUNEWRIGHT_STORAGE_URL",
    "TUNEWRIGHT_STORAGE_KEY_ID",
    "TUNEWRIGHT_STORAGE_SECRET",
    "TUNEWRIGHT_DATASET_MAX_BYTES",
    "TUNEWRIGHT_UPLOAD_HOURS",
    "TUNEWRIGHT_PLAIN_HTTP_HOSTS",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "TUNEWRIGHT_IDENTITY_HOSTS",
    "TUNEWRIGHT_SWEEP_SECONDS",
    "TUNEWRIGHT_POLL_SECONDS",
    "TUNEWRIGHT_DEAR_USD",
    "TUNEWRIGHT_SETTLE_SECONDS",
    "TUNEWRIGHT_LOG_LEVEL",
    "TUNEWRIGHT_LOG_JSON",
}


@pytest.fixture
def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("migrate", [*commands.MIGRATIONS]),
        ("api", commands.api("0.0.0.0", 8000)),
        ("worker", commands.worker("short", 4)),
        ("worker-long", commands.worker("long", 2)),
        ("beat", commands.beat("/tmp/beat-schedule")),
        ("sandbox", commands.sandbox("0.0.0.0", 9000, commands.SANDBOX_SPEED, "/var/lib/tunewright-sandbox")),
    ],
)
def test_a_container_runs_the_same_entry_command(services: dict[str, Any], service: str, command: list[str]) -> None:
    assert services[service]["command"] == command


def test_the_image_alone_is_the_api() -> None:
    assert json.loads(_last("CMD")) == commands.api("0.0.0.0", 8000)


def test_the_image_is_not_run_as_root() -> None:
    assert _last("USER").split(":")[0] not in {"root", "0"}


@pytest.mark.parametrize(
    ("service", "role"),
    [
        ("migrate", "tw_owner"),
        ("api", "tw_app"),
        ("worker", "tw_worker"),
        ("worker-long", "tw_worker"),
        ("beat", "tw_worker"),
    ],
)
def test_each_container_is_its_own_database_role(services: dict[str, Any], service: str, role: str) -> None:
    assert services[service]["environment"]["DATABASE_URL"].startswith(f"postgresql://{role}:")


def test_only_the_migrations_know_the_owners_password(services: dict[str, Any]) -> None:
    knowing = {name for name, service in services.items() if "OWNER_PASSWORD" in json.dumps(service)}
    assert knowing == {"postgres", "migrate"}


def test_no_secret_has_a_default() -> None:
    defaults = set(re.findall(r"\$\{(\w+):-", COMPOSE.read_text()))
    assert defaults == HARMLESS_DEFAULTS


def test_every_variable_is_explained_in_the_example() -> None:
    explained = set(re.findall(r"^(\w+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", COMPOSE.read_text())) <= explained


def _last(instruction: str) -> str:
    lines = DOCKERFILE.read_text().splitlines()
    return [line for line in lines if line.startswith(f"{instruction} ")][-1].removeprefix(f"{instruction} ")
