"""Scene 7: the tuned model behind a name, asked with the official SDK as any application would."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openai import OpenAI

from local.demonstration.billing import Bought
from local.demonstration.checking import require, require_equal, total
from local.demonstration.comparing import Compared
from local.demonstration.hosting import host
from local.demonstration.showing import amount, shortened
from local.demonstration.stage import Cast, Stage

ALIAS = "support-bot"
NEW_TICKETS = (
    "The parcel was announced for Tuesday, and the tracking page has not changed for five days.",
    "我上个月已经取消了会员,可是信用卡今天又被扣了一次费用。",
)
"""In no file."""

_PROGRAM = """client = OpenAI(base_url="{url}/openai/v1", api_key="{key}…")
client.chat.completions.create(model="{alias}", messages=[…])"""


def serve(stage: Stage, cast: Cast, compared: Compared, trained: Sequence[Bought]) -> Decimal:
    """What the answers, and hosting what gives them, have cost."""
    with stage.scene(7, "In service behind an alias, asked with the official SDK"):
        client = cast.team.client
        before = _inference(cast)
        promoted = client.must("POST", f"/v1/models/{compared.model['id']}/promote", {"alias": ALIAS})
        require_equal(promoted["model_id"], compared.model["id"], f"What {ALIAS} means")
        stage.console.print(f"{ALIAS} → {compared.model['provider_model']}\n")
        program = _PROGRAM.format(url=stage.url, key=str(client.key)[:7], alias=ALIAS)
        stage.console.print(program, style="cyan", markup=False)
        with OpenAI(base_url=f"{stage.url}/openai/v1", api_key=str(client.key), max_retries=0) as sdk:
            require(ALIAS in [model.id for model in sdk.models.list()], f"{ALIAS} is not among the SDK's models")
            for messages in _questions(stage):
                _ask(stage, sdk, messages)
        hosting = host(stage, cast, trained, _questions(stage)[0])
        cost = _inference(cast) - before
        require(cost > 0, "The answers cost nothing")
        stage.console.print(f"\nCharged for these answers: {amount(cost)}.", style="dim")
        return cost + hosting


def _ask(stage: Stage, sdk: OpenAI, messages: list[Any]) -> None:
    answer = sdk.chat.completions.create(model=ALIAS, messages=messages, temperature=0)
    text = answer.choices[0].message.content
    require_equal(answer.model, ALIAS, "The model that the SDK was answered by")
    require(text and answer.usage and answer.usage.prompt_tokens > 0, "The SDK got no answer")
    question = messages[-1]["content"]
    shown = question if isinstance(question, str) else json.dumps(question, ensure_ascii=False)
    length = stage.console.width - 6
    stage.console.print(f"\n  {shortened(shown, length)}\n  → {shortened(str(text), length)}", markup=False)


def _questions(stage: Stage) -> list[list[Any]]:
    """New tickets for our own task; the first question of the user's own file, since we know nothing of what it is for."""
    prompt = _first_prompt(stage.file)
    if stage.own_file is not None:
        return [prompt]
    return [[*prompt[:-1], {"role": "user", "content": ticket}] for ticket in NEW_TICKETS]


def _first_prompt(path: Path) -> list[Any]:
    """The messages before the last one, which is the answer."""
    with path.open(encoding="utf-8-sig") as file:
        first = next(line for line in file if line.strip())
    messages: list[Any] = json.loads(first)["messages"]
    return [{name: value for name, value in message.items() if name != "weight"} for message in messages[:-1]]


def _inference(cast: Cast) -> Decimal:
    report = cast.team.client.must("GET", "/v1/spend?group_by=kind")["data"]
    return total(Decimal(row["amount"]) for row in report if row["kind"] == "inference")
