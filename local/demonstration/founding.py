"""Scene 1: two teams with keys and budgets, and the provider accounts that they share."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from local import connections
from local.demonstration.asking import LOOK_SECONDS
from local.demonstration.budgets import budget_of
from local.demonstration.checking import StepFailed, require
from local.demonstration.closing import close_training
from local.demonstration.showing import amount, table
from local.demonstration.stage import Cast, Place, Stage, Team
from local.wire import Client

ORGANISATION_LIMIT = "500.00"
TEAM_LIMIT = "100.00"
POOR_LIMIT = "0.01"
CHECK_SECONDS = 15.0
OPENAI_MODELS = ("gpt-4.1-mini-2025-04-14", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14")
AZURE_MODEL = "gpt-4.1-2025-04-14"
OPEN_WEIGHT = "meta-llama/Meta-Llama-3.1-8B-Instruct"


def found_organisation(stage: Stage) -> Cast:
    """Everything that an admin does before the first team can work."""
    with stage.scene(1, "Two teams with budgets, and accounts at three providers"):
        stage.admin.must("PUT", "/v1/budgets", {"monthly_limit_usd": ORGANISATION_LIMIT})
        team, poor = _make_team(stage, "support", TEAM_LIMIT), _make_team(stage, "intern-project", POOR_LIMIT)
        for wanted in connections.to_sandbox(stage.sandbox_url):
            connections.ensure(stage.admin, wanted)
        checked = _checked(stage.admin)
        _show(stage, [team, poor], checked)
        cast = Cast(team, poor, tuple(_places(checked)), stage.closed)
        if stage.closed is not None:
            close_training(stage, cast.at(stage.closed))
        return cast


def _places(checked: list[dict[str, Any]]) -> Iterator[Place]:
    by_provider = {one["provider"]: one["id"] for one in checked}
    yield Place(by_provider["openai"], "openai", "OpenAI", OPENAI_MODELS)
    # Small steps, so that there is something to be watched.
    yield Place(by_provider["compatible"], "compatible", "Compatible", (OPEN_WEIGHT,), {"batch_size": 1})
    yield Place(by_provider["azure"], "azure", "Azure", (AZURE_MODEL,))


def _make_team(stage: Stage, name: str, limit: str) -> Team:
    made = stage.admin.must("POST", "/v1/teams", {"name": name})
    stage.admin.must("PUT", f"/v1/teams/{made['id']}/budget", {"monthly_limit_usd": limit})
    key = stage.admin.must("POST", f"/v1/teams/{made['id']}/keys", {"name": "demo", "role": "lead"})
    client = Client(stage.url, key["secret"])
    me = client.must("GET", "/v1/me")
    require(me["team_id"] == made["id"] and me["role"] == "lead", f"The key of {name} belongs to {me}")
    return Team(made["id"], name, client)


def _checked(admin: Client) -> list[dict[str, Any]]:
    """The connections once the worker has looked whether their credentials work."""
    deadline = time.monotonic() + CHECK_SECONDS
    while True:
        found: list[dict[str, Any]] = admin.must("GET", "/v1/connections")["data"]
        if all(one["health"] == "healthy" for one in found):
            return found
        if time.monotonic() > deadline:
            told = ", ".join(f"{one['name']} is {one['health']} ({one['health_detail']})" for one in found)
            raise StepFailed(f"The connections did not become healthy: {told}")
        time.sleep(LOOK_SECONDS)


def _show(stage: Stage, teams: list[Team], checked: list[dict[str, Any]]) -> None:
    rows = [[team.name, f"{str(team.client.key)[:7]}…", "lead", budget_of(team).limit] for team in teams]
    stage.console.print(table(["team", "key", "role", ">may spend per month"], rows))
    stage.console.print(f"The whole organisation may spend {amount(Decimal(ORGANISATION_LIMIT))} per month.\n")
    accounts = [
        [one["name"], one["provider"], one["base_url"], one["credential_hint"], one["health"]] for one in checked
    ]
    stage.console.print(table(["connection", "speaks", "address", "credential", "health"], accounts))
    stage.console.print("All lead to the sandbox, a stand-in that trains nothing and charges nobody.", style="dim")
