"""The end of scene 7: what was trained on Azure answers too, from a deployment that costs by the hour and is taken away again."""

from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from local.demonstration.asking import settled
from local.demonstration.billing import Bought
from local.demonstration.budgets import budget_of
from local.demonstration.checking import require, require_equal
from local.demonstration.showing import amount, shortened
from local.demonstration.stage import Cast, Stage

DEPLOYMENT_SECONDS = 60.0
HOURS_HELD = 24


def host(stage: Stage, cast: Cast, trained: Sequence[Bought], question: list[Any]) -> Decimal:
    """What hosting has cost; nothing when nothing was trained on Azure."""
    for one in trained:
        if one.choice.connection_id == cast.at("azure").connection_id:
            return _host(stage, cast, str(one.job["fine_tuned_model"]), question)
    return Decimal(0)


def _host(stage: Stage, cast: Cast, model: str, question: list[Any]) -> Decimal:
    client = cast.team.client
    held = budget_of(cast.team).held
    ordered = client.ask("POST", "/v1/deployments", {"model": model, "when_budget_is_gone": "delete"})
    if ordered.status == HTTPStatus.PAYMENT_REQUIRED:
        stage.console.print("\nThe budget does not cover a day of hosting on Azure, so nothing is deployed there.")
        return Decimal(0)
    require_equal(ordered.status, HTTPStatus.ACCEPTED, f"The answer to the order of a deployment ({ordered.body})")
    made = ordered.body
    path, price = f"/v1/deployments/{made['id']}", Decimal(made["usd_per_hour"])
    require_equal(budget_of(cast.team).held - held, HOURS_HELD * price, "What is held for a day's hosting")
    with stage.console.status("Azure makes a deployment"):
        ready = settled(client, path, ("creating",), seconds=DEPLOYMENT_SECONDS)
    require_equal(ready["status"], "ready", f"The deployment ({ready['reason']})")
    answer = client.must("POST", "/openai/v1/chat/completions", {"model": model, "messages": question})
    require(answer["choices"][0]["message"]["content"], "The deployment gave no answer")
    client.must("DELETE", path)
    with stage.console.status("Azure takes it away"):
        gone = settled(client, path, ("ready", "deleting"), seconds=DEPLOYMENT_SECONDS)
    require_equal(gone["status"], "deleted", f"The deployment ({gone['reason']})")
    charged = _hosting(cast)
    require_equal(charged, gone["hours_charged"] * price, "What hosting was charged")
    require_equal(budget_of(cast.team).held, held, "What is held when the deployment is gone")
    said = f"Azure: {shortened(model, 50)} answered from a deployment at {amount(price)} an hour; {amount(charged)} charged."
    stage.console.print(f"\n{said}", markup=False)
    return charged


def _hosting(cast: Cast) -> Decimal:
    report = cast.team.client.must("GET", "/v1/spend?group_by=kind")["data"]
    return sum((Decimal(row["amount"]) for row in report if row["kind"] == "hosting"), Decimal(0))
