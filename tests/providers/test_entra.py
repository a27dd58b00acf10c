"""Tokens for an application: fetched once, kept until shortly before they end, and the secret goes to the authority only."""

from typing import Any
from uuid import uuid4

import pytest

from shared.providers import open_provider
from shared.providers.base import Access, ProviderError, Rejected, Throttled, Unavailable
from shared.providers.entra.keeping import MARGIN_SECONDS
from shared.providers.entra.sources import source_of
from shared.providers.identity import Application, TokenSource
from tests.support.wire import Answer, closes, says, wire

SECRET = "secret-canary-4f9a"
SCOPE = "https://management.azure.com/.default"


def given(token: str = "token-one", seconds: float = 3600) -> Answer:
    return says({"token_type": "Bearer", "access_token": token, "expires_in": seconds})


def application(url: str) -> Application:
    return Application(f"tenant-{uuid4()}", "client", SECRET, url)


def source_at(url: str) -> TokenSource:
    return source_of(application(url))


def test_it_is_asked_for_as_oauth_wants() -> None:
    with wire(given()) as authority:
        source = source_at(authority.url)
        assert source.token(SCOPE) == "token-one"
    (asked,) = authority.asked
    assert (asked.method, asked.path.split("/")[2:]) == ("POST", ["oauth2", "v2.0", "token"])
    assert asked.body.decode().split("&") == [
        "grant_type=client_credentials",
        "client_id=client",
        f"client_secret={SECRET}",
        "scope=https%3A%2F%2Fmanagement.azure.com%2F.default",
    ]


def test_it_is_kept_for_its_application_and_scope() -> None:
    with wire(given(), given("token-two"), given("token-three")) as authority:
        mine = application(authority.url)
        assert [source_of(mine).token(SCOPE) for _ in range(3)] == ["token-one"] * 3
        assert source_of(mine).token("another/.default") == "token-two"
        assert source_at(authority.url).token(SCOPE) == "token-three", "another tenant"
    assert len(authority.asked) == 3


def test_one_that_ends_soon_is_not_used_again() -> None:
    with wire(given(seconds=MARGIN_SECONDS), given("token-two")) as authority:
        source = source_at(authority.url)
        assert [source.token(SCOPE), source.token(SCOPE)] == ["token-one", "token-two"]


def test_one_that_was_refused_is_forgotten() -> None:
    with wire(given(), given("token-two")) as authority:
        source = source_at(authority.url)
        source.token(SCOPE)
        source.forget(SCOPE)
        assert source.token(SCOPE) == "token-two"


NO = {"error": "invalid_client", "error_description": f"AADSTS7000215: Invalid client secret {SECRET} provided."}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says(NO, 401), Rejected),
        (says({"error": "unauthorized_client"}, 400), Rejected),
        (says({"error": "invalid_request"}, 400), Rejected),
        (says(b"<html>", 401), Rejected),
        (says(b"<html>", 404), Unavailable),
        (says({"error": "temporarily_unavailable", "error_description": f"Not now, {SECRET}"}, 400), Unavailable),
        (says({}, 408), Unavailable),
        (says({}, 429, retry_after="7"), Throttled),
        (says({}, 503), Unavailable),
        (says({}, 302, location="http://127.0.0.1:1/"), Unavailable),
        (says({}), Unavailable),
        (says(b"garbage"), Unavailable),
        (given("bad token\n"), Rejected),
        (closes, Unavailable),
    ],
)
def test_what_prevents_it_is_one_of_three_and_nothing_else_was_asked(
    answer: Answer, expected: type[ProviderError]
) -> None:
    with wire(answer) as authority, pytest.raises(expected) as prevented:
        source_at(authority.url).token(SCOPE)
    assert SECRET not in f"{prevented.value} {prevented.value.__cause__} {prevented.value.__context__}"
    if isinstance(prevented.value, Rejected):
        assert prevented.value.credential, "the work waits for another secret"
    if isinstance(prevented.value, Unavailable):
        assert not prevented.value.reached, "whatever was to be asked with it was not"
    assert len(authority.asked) == 1


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        source_at("http://127.0.0.1:1").token(SCOPE)


@pytest.mark.parametrize("version", ["2025-04-01-preview", None])
def test_the_data_plane_is_shown_the_token_and_never_the_secret(version: str | None) -> None:
    models: dict[str, Any] = {"object": "list", "data": []}
    with wire(given()) as authority, wire(says(models)) as resource:
        access = Access(resource.url, "", version, identity=application(authority.url))
        provider = open_provider("azure", access)
        provider.models()
        provider.close()
    (asked,) = resource.asked
    assert asked.headers["authorization"] == "Bearer token-one"
    assert "api-key" not in asked.headers
    assert SECRET not in f"{asked.target} {asked.headers} {asked.body!r}"
    assert b"cognitiveservices.azure.com" in authority.asked[0].body


def test_a_token_that_the_data_plane_refuses_is_not_shown_again() -> None:
    with wire(given(), given("token-two")) as authority, wire(says({}, 401), says({"data": []})) as resource:
        access = Access(resource.url, "", identity=application(authority.url))
        with pytest.raises(Rejected):
            open_provider("azure", access).models()
        open_provider("azure", access).models()
    assert [asked.headers["authorization"] for asked in resource.asked] == ["Bearer token-one", "Bearer token-two"]
