"""What must hold for every route, now and later."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import event

from api.app import assemble
from api.openapi import describe, operations
from docs.generate import stale
from shared.errors import every_problem
from shared.teams import keys
from tests.support.api import Api

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = describe(assemble())
OPERATIONS = operations(DOCUMENT)
# Those under /openai say no in OpenAI's words; tests/compatible holds them to that.
NATIVE = [one for path, item in DOCUMENT["paths"].items() if not path.startswith("/openai/") for one in item.values()]


def named(operation: dict[str, Any]) -> str:
    return str(operation["operationId"])


def commits(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield node.lineno


def test_one_file_commits() -> None:
    files = [path for folder in ("api", "worker", "shared") for path in (PROJECT / folder).rglob("*.py")]
    assert [path.relative_to(PROJECT).as_posix() for path in files if list(commits(path))] == ["shared/db/session.py"]


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_every_operation_says_what_it_does(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert len(operation["description"]) > len(operation["summary"])
    assert operation["tags"]
    assert named(operation).isidentifier(), "one word, as the function is called"


@pytest.mark.parametrize("operation", NATIVE, ids=named)
def test_every_operation_documents_its_problems(operation: dict[str, Any]) -> None:
    codes = {kind.code for kind in every_problem()}
    refusals = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
    assert refusals
    for status, answer in refusals.items():
        examples = answer["content"]["application/problem+json"]["examples"]
        assert set(examples) <= codes
        assert all(str(example["value"]["status"]) == status for example in examples.values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_every_operation_has_an_example(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            if status.startswith("2"):
                assert "example" in content or content.get("examples"), f"{status} {kind}"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        schema = DOCUMENT["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        assert schema.get("examples")


def examples() -> Iterator[tuple[str, Any, Any]]:
    """Every example in the document: whose it is, the schema that it must fit, itself."""
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", []):
            yield name, schema, example
    for operation in OPERATIONS:
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            shown = [content["example"]] if "example" in content else []
            for example in (*shown, *(one["value"] for one in content.get("examples", {}).values())):
                yield named(operation), content["schema"], example


def test_every_example_fits_its_schema() -> None:
    shown = list(examples())
    assert len(shown) > 500
    for whose, schema, example in shown:
        validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        assert [fault.message for fault in validator.iter_errors(example)] == [], whose


def test_every_tag_and_parameter_is_described() -> None:
    used = {tag for operation in OPERATIONS for tag in operation["tags"]}
    assert {tag["name"] for tag in DOCUMENT["tags"]} == used
    for operation in OPERATIONS:
        for parameter in operation.get("parameters", []):
            assert parameter["in"] != "path" or parameter["description"], named(operation)


def test_only_bodies_are_too_large_or_of_the_wrong_kind() -> None:
    for operation in OPERATIONS:
        assert ("413" in operation["responses"]) == ("requestBody" in operation), named(operation)
        assert ("415" in operation["responses"]) == ("requestBody" in operation), named(operation)


def test_operations_have_names_of_their_own() -> None:
    names = [named(operation) for operation in OPERATIONS]
    assert sorted(set(names)) == sorted(names)


def test_the_generated_pages_are_fresh() -> None:
    assert list(stale()) == []


def test_a_stranger_is_told_the_same_everywhere(api: Api) -> None:
    stranger = api.client()
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if "security" in operation:
                answer = stranger.request(method, path.replace("{", "").replace("}", ""))
                assert answer.status_code == 401, f"{method} {path}"
                if operation in NATIVE and method != "head":  # whose answers have no body
                    assert answer.json()["code"] == "unauthenticated", f"{method} {path}"
                assert answer.headers["www-authenticate"] == "Bearer"


def test_only_the_doors_that_must_be_open_are() -> None:
    open_doors = [named(operation) for operation in OPERATIONS if "security" not in operation]
    assert open_doors == ["is_alive", "is_ready", "take_provider_webhook"]


def test_what_cannot_be_a_key_costs_no_sql(api: Api) -> None:
    taken: list[object] = []
    event.listen(api.app.state.context.database.engine, "checkout", lambda *_: taken.append(1))
    good = keys.generate()
    for secret in ("tw_", good[:-1] + ("a" if good[-1] != "a" else "b"), good + "x", "sk-" + good, "tw_" + "é" * 36):
        answer = api.client().get("/v1/me", headers=[(b"Authorization", f"Bearer {secret}".encode())])
        assert answer.status_code == 401
    assert not taken
    assert api.client(good).get("/v1/me").status_code == 401
    assert taken, "a well-formed key must be looked up"
