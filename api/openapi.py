"""The OpenAPI document: what FastAPI knows of the routes, and what it does not: the shape of problems, what holds for every
operation of a kind, and examples (see `examples`).
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.examples import illustrate
from api.problems import SCHEMA, add_problems
from api.schemas.provider_events import EVENT
from shared.errors import IdempotencyInProgress, IdempotencyMismatch, NotFound

DESCRIPTION = """\
Fine-tune language models on OpenAI and Azure OpenAI, and see and limit what that costs.

Send your key as `Authorization: Bearer tw_…`. An admin names the team to act for in `X-Team`. Amounts are decimal strings in
US dollars, times are RFC 3339 in UTC. Refusals are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problems whose `code`
is stable. `Idempotency-Key` makes repeating a request harmless.
"""

TAGS = {
    "health": "Whether the process lives and can work. Needs no key.",
    "teams": "Who shares datasets, jobs, models and a budget.",
    "keys": "What callers show; each belongs to a team, or to the organisation's admins.",
    "connections": "The organisation's accounts at providers.",
    "datasets": "Files of examples: looked at, uploaded, reported on, mended, split, compared, exported.",
    "uploads": "Large files, sent in parts; an interruption costs little.",
    "routing": "Where a dataset, or all of a team's data, may go.",
    "moderations": "Datasets shown to a provider's moderation, which costs nothing.",
    "estimates": "What can be trained, and what it would cost.",
    "graders": "What reinforcement rewards answers by, tried before it is ordered with.",
    "jobs": "Fine-tuning jobs: ordered, followed, cancelled.",
    "provider webhooks": "What OpenAI pushes to us, signed.",
    "evaluations": "Models compared on the examples of a dataset.",
    "registry": "Tuned models, and where each came from.",
    "imports": "What exists at providers and was not ordered here.",
    "deployments": "Capacity at Azure from which tuned models answer, paid for by the hour.",
    "serving": "Aliases: names that stay while the models behind them change.",
    "budgets": "What may be charged in a month.",
    "spend": "What was charged, to whom and for what.",
    "audit": "Who changed what.",
    "OpenAI-compatible chat": "Chat completions, for OpenAI's own SDKs.",
    "OpenAI-compatible models": "The names that chats may ask for.",
}

_PATH_PARAMETERS = {
    "team_id": "The team.",
    "key_id": "The key's id, which is not its secret.",
    "connection_id": "The connection.",
    "dataset_id": "The version of a dataset.",
    "upload_id": "The upload in parts.",
    "moderation_id": "The moderation of a dataset.",
    "job_id": "The fine-tuning job.",
    "step": "The step after which a checkpoint was kept.",
    "group_id": "The group of jobs.",
    "evaluation_id": "The evaluation.",
    "model_id": "The tuned model.",
    "deployment_id": "The deployment.",
    "import_id": "The import.",
    "name": "The alias.",
    "model": "An alias, a tuned model or a base model.",
}
_LOCATION = {"description": "Where to look how it goes on.", "schema": {"type": "string", "format": "uri-reference"}}
_OF_BODIES = ("413", "415")
"""What is said of a body that is too large or of the wrong kind."""


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of all routes of the app."""
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    document["servers"] = [{"url": "/", "description": "This service"}]
    document["tags"] = [{"name": name, "description": told} for name, told in TAGS.items()]
    document.setdefault("components", {}).setdefault("schemas", {}).update(Problem=SCHEMA, ProviderEvent=EVENT)
    for path, item in document["paths"].items():
        for operation in item.values():
            _complete(operation)
            if not path.startswith("/openai/"):
                _add_problems(operation)
    illustrate(document)
    return document


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation of a document, as it stands there."""
    return [operation for path in document["paths"].values() for operation in path.values()]


def _complete(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter.setdefault("description", _PATH_PARAMETERS[parameter["name"]])
    if "202" in operation["responses"]:
        operation["responses"]["202"].setdefault("headers", {})["Location"] = _LOCATION
    if "requestBody" not in operation:
        for status in _OF_BODIES:
            operation["responses"].pop(status, None)


def _add_problems(operation: dict[str, Any]) -> None:
    headers = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"}
    if "x-team" in headers:
        add_problems(operation["responses"], NotFound)
    if "idempotency-key" in headers:
        add_problems(operation["responses"], IdempotencyInProgress, IdempotencyMismatch)
