"""Azure's resource manager on a scripted wire: what is asked, how its answers are taken, and that its token goes nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from shared.providers import open_deployer
from shared.providers.base import ProviderError, Rejected, Throttled, Unavailable
from shared.providers.deploying import Deployer, DeploymentOrder, ResourceAccess, Sku, Standing
from shared.providers.identity import Application
from tests.support.wire import Answer, Wire, closes, says, wire

TOKEN = "token-canary-77"
ORDER = DeploymentOrder("triage", "gpt-4.1.ft-0f", Sku.GLOBAL_STANDARD, 50, "ours")
PATH = "/subscriptions/sub/resourceGroups/my%20group/providers/Microsoft.CognitiveServices/accounts/acc/deployments"


def shown(state: str = "Succeeded", name: str = "triage", **more: Any) -> dict[str, Any]:
    properties = {"model": {"format": "OpenAI", "name": "gpt-4.1.ft-0f"}, "provisioningState": state}
    return {"name": name, "tags": {"tunewright": "ours"}, "properties": properties} | more


def error(code: str, status: int, message: str = "No.") -> Answer:
    return says({"error": {"code": code, "message": message}}, status)


GONE = error("ResourceNotFound", 404, "The resource was not found.")


@contextmanager
def arm(*script: Answer) -> Iterator[tuple[Deployer, Wire]]:
    with wire(says({"access_token": TOKEN, "expires_in": 3600})) as authority, wire(*script) as server:
        who = Application(str(uuid4()), "client", "secret", authority.url)
        deployer = open_deployer(ResourceAccess(server.url, "sub", "my group", "acc", who, 5))
        yield deployer, server
        deployer.close()


def test_an_order_says_what_shall_stand_and_whose_it_is() -> None:
    with arm(says(shown("Creating"), 201)) as (deployer, server):
        made = deployer.put(ORDER)
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("PUT", f"{PATH}/triage", {"api-version": ["2024-10-01"]})
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.json == {
        "sku": {"name": "GlobalStandard", "capacity": 50},
        "tags": {"tunewright": "ours"},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1.ft-0f", "version": "1"}},
    }
    assert (made.standing, made.state, made.tag) == (Standing.MAKING, "Creating", "ours")


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ("Succeeded", Standing.READY),
        ("Failed", Standing.FAILED),
        ("Canceled", Standing.FAILED),
        ("Deleting", Standing.GOING),
        ("Accepted", Standing.MAKING),
        ("Teleporting", Standing.MAKING),
        (None, Standing.MAKING),
    ],
)
def test_every_state_is_taken_and_an_unknown_one_is_no_end(state: str, standing: Standing) -> None:
    with arm(says(shown(state))) as (deployer, _):
        seen = deployer.find("triage")
    assert seen is not None
    assert seen.standing is standing


def test_a_name_is_the_same_in_any_case() -> None:
    with arm(says(shown(name="Triage"))) as (deployer, _):
        assert deployer.find("triage") is not None


def test_what_is_not_ours_has_no_tag_of_ours() -> None:
    for tags in (None, {}, {"team": "x"}, "odd"):
        with arm(says(shown(tags=tags))) as (deployer, _):
            seen = deployer.find("triage")
            assert seen is not None
            assert seen.tag is None


# --- gone? --------------------------------------------------------------------------------------------------------------
def test_it_is_gone_when_the_resources_own_list_does_not_have_it_either() -> None:
    with arm(GONE, says({"value": [shown(name="other")]})) as (deployer, server):
        assert deployer.find("triage") is None
    assert [asked.path for asked in server.asked] == [f"{PATH}/triage", PATH]


def test_a_list_is_read_to_its_last_page() -> None:
    with arm(GONE) as (deployer, server):
        following = f"{server.url}{PATH}?api-version=2024-10-01&$skiptoken=2"
        server.script += [says({"value": [], "nextLink": following}), says({"value": [shown()]})]
        assert deployer.find("triage") is not None
    assert server.asked[-1].query["$skiptoken"] == ["2"]


def test_a_next_page_is_the_same_place_in_any_case() -> None:
    with arm(GONE) as (deployer, server):
        following = (
            f"{server.url}{PATH.replace('resourceGroups', 'resourcegroups')}?api-version=2024-10-01&$skiptoken=2"
        )
        server.script += [says({"value": [], "nextLink": following}), says({"value": [shown()]})]
        assert deployer.find("triage") is not None


@pytest.mark.parametrize("code", ["ResourceGroupNotFound", "ParentResourceNotFound"])
def test_a_resource_that_is_out_of_reach_tells_nothing_of_its_deployments(code: str) -> None:
    with arm(error(code, 404), error(code, 404)) as (deployer, _), pytest.raises(Rejected):
        deployer.find("triage")


def test_a_list_that_leads_elsewhere_is_not_followed() -> None:
    with wire(says({"value": []})) as elsewhere, arm(GONE) as (deployer, server):
        server.script.append(says({"value": [], "nextLink": f"{elsewhere.url}{PATH}?api-version=1"}))
        with pytest.raises(Unavailable):
            deployer.find("triage")
    assert elsewhere.asked == []


def test_what_is_gone_already_is_no_error_to_delete() -> None:
    for answer in (says(b"", 200), says(b"", 202), says(b"", 204), GONE):
        with arm(answer) as (deployer, server):
            deployer.delete("triage")
        assert server.asked[0].method == "DELETE"


# --- no -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error("InsufficientQuota", 400), Rejected),
        (error("InvalidResourceProperties", 400), Rejected),
        (error("AuthorizationFailed", 403), Rejected),
        (error("InvalidAuthenticationToken", 401), Rejected),
        (error("RequestConflict", 409), Throttled),
        (says({"error": {"code": "TooManyRequests", "message": "Wait."}}, 429, retry_after="3"), Throttled),
        (error("InternalServerError", 500), Unavailable),
        (says(b"", 302, location="http://127.0.0.1:1/"), Unavailable),
        (says(b"<html>", 200), Unavailable),
        (says(shown(name="another")), Unavailable),
        (closes, Unavailable),
    ],
)
def test_every_no_is_one_of_three(answer: Answer, expected: type[ProviderError]) -> None:
    with arm(answer) as (deployer, server), pytest.raises(expected) as prevented:
        deployer.put(ORDER)
    assert len(server.asked) == 1
    assert TOKEN not in f"{prevented.value.reason} {prevented.value.__context__}"
    if isinstance(prevented.value, Rejected):
        assert prevented.value.credential == (prevented.value.status == 401)


def test_a_token_that_is_repeated_in_a_refusal_is_blotted_out() -> None:
    with arm(error("InvalidAuthenticationToken", 401, f"Not good: {TOKEN}")) as (deployer, _):
        with pytest.raises(Rejected) as refused:
            deployer.find("triage")
        assert refused.value.reason == "Not good: [credential]"


def test_nobody_there_is_unavailable_and_was_not_reached() -> None:
    with wire(says({"access_token": TOKEN, "expires_in": 3600})) as authority:
        who = Application(str(uuid4()), "client", "secret", authority.url)
        deployer = open_deployer(ResourceAccess("http://127.0.0.1:1", "sub", "g", "acc", who, 5))
        with pytest.raises(Unavailable) as away:
            deployer.find("triage")
        assert not away.value.reached
