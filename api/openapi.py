"""The OpenAPI document: what FastAPI knows of the routes, and what it does not: the shape of problems, and an example for
every answer, taken from the examples of its schema.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import SCHEMA, add_problems
from shared.errors import IdempotencyInProgress, IdempotencyMismatch

DESCRIPTION = """\
Fine-tune language models on OpenAI and Azure OpenAI, and see and limit what that costs.

Send your key as `Authorization: Bearer tw_…`. An admin names the team to act for in `X-Team`. Amounts are decimal strings in
US dollars, times are RFC 3339 in UTC. Refusals are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problems whose `code`
is stable. `Idempotency-Key` makes repeating a request harmless.
"""

_JSON = "application/json"


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of all routes of the app."""
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = SCHEMA
    for operation in operations(document):
        if _takes_idempotency_key(operation):
            add_problems(operation["responses"], IdempotencyInProgress, IdempotencyMismatch)
        for status, answer in operation["responses"].items():
            if status.startswith("2") and _JSON in answer.get("content", {}):
                _illustrate(answer["content"][_JSON], schemas)
    return document


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation of a document, as it stands there."""
    return [operation for path in document["paths"].values() for operation in path.values()]


def _takes_idempotency_key(operation: dict[str, Any]) -> bool:
    """Of those under /openai/v1 it is said where they are: they have no problems but errors in OpenAI's words ("default")."""
    names = [parameter["name"] for parameter in operation.get("parameters", [])]
    return "idempotency-key" in names and "default" not in operation["responses"]


def _illustrate(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    example = _example(content.get("schema", {}), schemas)
    if example is not None and "example" not in content and "examples" not in content:
        content["example"] = example


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A value that fits: the schema's own example, or that of a list's items, in a list."""
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "array":
        item = _example(schema["items"], schemas)
        return None if item is None else [item]
    data = schema.get("properties", {}).get("data")
    listed = None if data is None else _example(data, schemas)
    return None if listed is None else {"data": listed, "next_cursor": None}
