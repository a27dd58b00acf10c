"""Input that Postgres, or the next program, cannot take: refused in words, in every field of every operation."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.app import assemble
from api.bodies import LARGE_BYTES, MAX_BYTES, parse
from api.openapi import describe
from shared.errors import InvalidRequest
from tests.support.api import Api

DOCUMENT = describe(assemble())
SCHEMAS = DOCUMENT["components"]["schemas"]
AN_ID = "01h455vb4pex5vsknk084sn02q"

# As they are sent: most of them are not JSON that a JSON writer would write.
POISON = {
    "NUL": r'"a\u0000b"',
    "half a character": r'"a\ud800b"',
    "the other half": r'"\udc00"',
    "an astral character": r'"\ud83d\ude00"',
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "2^63": str(2**63),
    "-2^63-1": str(-(2**63) - 1),
    "5,000 digits": "9" * 5000,
    "5,000 digits in a text": f'"{"9" * 5000}"',
    "1e999": "1e999",
    "a name twice": '{"a": 1, "a": 2}',
    "deep": "[" * 5000 + "]" * 5000,
    "deep objects": '{"a":' * 5000 + "1" + "}" * 5000,
    "long": f'"{"x" * 200_000}"',
    "spaces": f'"{" " * 100_000}"',
    "control characters": r'"\u0001\u001b\r\n"',
    "SQL": '"\'; DROP TABLE teams; --"',
    "percent": '"%s %(name)s %n"',
    "null": "null",
    "true": "true",
    "a number": "-1",
    "a fraction": "0.1",
    "an empty text": '""',
    "an empty list": "[]",
    "an object": '{"": {"": null}}',
}


def writes() -> Iterator[Any]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                schema = SCHEMAS[body["schema"]["$ref"].rpartition("/")[2]]
                yield pytest.param(method, path, schema, id=operation["operationId"])


def at(path: str, team_id: str) -> str:
    """The path with a team that is there, and ids of the right kind for everything else."""
    path = path.replace("{team_id}", team_id)
    for kind, prefix in (
        ("key_id", "key"),
        ("connection_id", "conn"),
        ("dataset_id", "ds"),
        ("job_id", "job"),
        ("upload_id", "up"),
    ):
        path = path.replace(f"{{{kind}}}", f"{prefix}_{AN_ID}")
    return path.replace("{", "").replace("}", "")


def connected(api: Api) -> str:
    """A connection that is there, to nobody."""
    wanted = {
        "name": "nobody",
        "provider": "openai",
        "base_url": "http://127.0.0.1:1",
        "credential": "sk-nobody-at-all",
    }
    return str(api.admin.post("/v1/connections", json=wanted).json()["id"])


def raw(value: object) -> str:
    return json.dumps(value)


def send(caller: TestClient, method: str, path: str, body: str) -> Any:
    answer = caller.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, f"{method} {path} {body[:100]}: {answer.text}"
    if answer.status_code >= 400:
        _check_refusal(path, answer)
    return answer


def _check_refusal(path: str, answer: Any) -> None:
    if path.startswith("/openai/"):
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
        return
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(("method", "path", "schema"), list(writes()))
def test_no_field_takes_poison(api: Api, method: str, path: str, schema: dict[str, Any]) -> None:
    team = api.team("poisoned")["id"]
    caller = api.client(api.admin_key, **{"X-Team": team})
    path = at(path, team).replace(f"conn_{AN_ID}", connected(api))
    example = dict(schema["examples"][0])
    for field in schema["properties"]:
        for poison in POISON.values():
            fields = {name: raw(value) for name, value in (example | {field: None}).items()} | {field: poison}
            send(caller, method, path, "{" + ",".join(f"{raw(n)}:{v}" for n, v in fields.items()) + "}")
    for poison in POISON.values():
        send(caller, method, path, poison)
        send(caller, method, path, '{"unknown": ' + poison + "}")


TEXTS = [
    "\0",
    "a\0b",
    "\x01\x1b",
    "'; DROP TABLE teams; --",
    "%s %(name)s %n",
    "é😀",
    "9" * 5000,
    "NaN",
    " ",
    "-1",
    "1e999",
]


def parameters(place: str) -> Iterator[tuple[str, str, str]]:
    """Method, path and name of every parameter that stands there."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == place:
                    yield method, path, parameter["name"]


def test_no_query_takes_poison(api: Api) -> None:
    team = api.team("poisoned")["id"]
    caller = api.client(api.admin_key, **{"X-Team": team})
    for method, path, name in parameters("query"):
        for text in TEXTS:
            answer = caller.request(method, at(path, team), params={name: text})
            assert answer.status_code < 500, f"{method} {path} {name} {text[:20]!r}"
            assert answer.status_code == 422 or "\0" not in text, f"{method} {path} {name}"


def test_no_header_takes_poison(api: Api) -> None:
    team = api.team("poisoned")["id"]
    stranger, auth = api.client(), (b"Authorization", f"Bearer {api.admin_key}".encode())
    for method, path, name in parameters("header"):
        for text in TEXTS:
            answer = stranger.request(method, at(path, team), headers=[auth, (name.encode(), text.encode())])
            assert answer.status_code < 500, f"{method} {path} {name} {text[:20]!r}"


def test_no_path_takes_poison(api: Api) -> None:
    team = api.team("poisoned")["id"]
    caller = api.client(api.admin_key, **{"X-Team": team})
    for method, path, name in parameters("path"):
        for text in TEXTS:
            answer = caller.request(method, at(path.replace(f"{{{name}}}", quote(text, safe="")), team))
            assert answer.status_code < 500, f"{method} {path} {name} {text[:20]!r}"


def test_what_cannot_be_stored_is_named(api: Api) -> None:
    for poison in ("NUL", "half a character", "the other half"):
        answer = send(api.admin, "POST", "/v1/teams", f'{{"name": {POISON[poison]}}}')
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        assert answer.json()["errors"][0]["pointer"] == "/name"


def test_an_astral_character_is_a_character(api: Api) -> None:
    assert send(api.admin, "POST", "/v1/teams", r'{"name": "\ud83d\ude00"}').json()["name"] == "😀"


def test_unknown_fields_are_refused(api: Api) -> None:
    answer = send(api.admin, "POST", "/v1/teams", '{"name": "support", "nmae": "x"}')
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/nmae", "message": "Extra inputs are not permitted"}]


def test_queries_are_checked(api: Api) -> None:
    queries = ["limit=0", "limit=201", "limit=" + "9" * 5000, "limit=NaN"]
    queries += ["cursor=%00", "cursor=a", "cursor=", "cursor=é"]
    for query in queries:
        for path in ("/v1/teams", "/v1/audit", "/v1/connections"):
            answer = api.admin.get(f"{path}?{query}")
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), f"{path}?{query}"


def test_another_lists_cursor_is_refused_where_it_cannot_fit(api: Api) -> None:
    api.team("one")
    api.team("two")
    cursor = api.admin.get("/v1/teams?limit=1").json()["next_cursor"]
    answer = api.admin.get("/v1/audit", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query/cursor")


def test_an_id_of_another_kind_is_refused_in_words(api: Api) -> None:
    for wrong in (f"job_{AN_ID}", "team_", "team_%00", f"team_{AN_ID}x", f"team_8{AN_ID[1:]}", "1", "%F0%9F"):
        answer = api.admin.get(f"/v1/teams/{wrong}")
        assert answer.status_code == 422
        fault = answer.json()["errors"][0]
        assert fault["pointer"] == "path/team_id"
        assert "team_" in fault["message"]


def test_the_header_x_team_is_checked(api: Api) -> None:
    for team in ("support", f"key_{AN_ID}", "\x00", "é"):
        answer = api.admin.get("/v1/me", headers=[(b"X-Team", team.encode())])
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "header/x-team"


def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    answer = send(api.admin, "POST", "/v1/teams", json.dumps({"name": "x" * MAX_BYTES}))
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")

    def without_length() -> Iterator[bytes]:
        yield from (b"[" * 100_000 for _ in range(11))

    endless = api.admin.post("/v1/teams", content=without_length(), headers={"Content-Type": "application/json"})
    assert endless.status_code == 413


def test_a_long_name_around_many_things_costs_what_was_sent() -> None:
    body = json.dumps({"x" * 50_000: [0] * 40_000}).encode()
    tracemalloc.start()
    parse(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * len(body), "a pointer was spelled out for each element"


def test_the_place_of_what_is_wrong_is_spelled_out() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(rb'{"a": [1, {"b/c~d": ["x", "\u0000"]}]}')
    assert refused.value.errors[0].pointer == "/a/1/b~1c~0d/1"


@pytest.mark.parametrize("body", ["{", "x" * (MAX_BYTES + 1), '{"name": "fits"}', '{"unknown": 1}'])
def test_the_body_of_a_stranger_is_not_looked_at(api: Api, body: str) -> None:
    for caller in (api.client(), api.client("tw_made-up"), api.client("sk-another")):
        assert send(caller, "POST", "/v1/teams", body).json()["code"] == "unauthenticated"
        answer = caller.post("/openai/v1/chat/completions", content=body)
        assert answer.json()["error"]["code"] == "invalid_api_key"


def test_a_large_body_is_read_as_a_small_one_is(api: Api) -> None:
    large = json.dumps({"name": "support", "more": "x" * LARGE_BYTES})
    assert send(api.admin, "POST", "/v1/teams", large).json()["errors"][0]["pointer"] == "/more"
    large = json.dumps({"name": "a\0b", "more": "x" * LARGE_BYTES})
    assert send(api.admin, "POST", "/v1/teams", large).json()["errors"][0]["pointer"] == "/name"


def test_a_body_that_is_not_said_to_be_json_is_refused(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = api.admin.post("/v1/teams", content=b'{"name": "x"}', headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_format")


@pytest.mark.parametrize(
    "body", [b"\xff", b"\xef\xbb\xbf{}", b"{", b"{} {}", b'{"a":01}', b"'a'", "{}".encode("utf-16")]
)
def test_what_is_not_json_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="The body is not"):
        parse(body)


def test_json_keeps_its_meaning() -> None:
    value = {"a": [1, -1.5, True, None, "é\U0001f600"], "b": {"": 2**63 - 1}}
    assert parse(json.dumps(value).encode()) == value
    assert parse(b"[" * 64 + b"]" * 64) is not None
    with pytest.raises(InvalidRequest, match="deeper"):
        parse(b"[" * 70 + b"]" * 70)
