"""Orders that are refused: each for its own reason, and none of them costs, holds or sends anything."""

from typing import Any

import pytest

from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, MODEL, Answer, Office, chat

STRANGE = "01h455vb4pex5vsknk084sn02q"

WORDLESS = [
    *HELD_OUT[:10],
    {
        "messages": [
            {"role": "user", "content": "Where is my order?"},
            {"role": "assistant", "content": None, "refusal": "I cannot say."},
        ]
    },
]
"""OpenAI takes it; Azure wants words."""


def refused(office: Office, answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The refusal, which must have left nothing behind."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    office.drain()
    assert (office.lab.held(), office.bought()) == (0, [])
    assert office.look("/jobs")["data"] == []
    return dict(answer.json())


def test_a_faulty_dataset(office: Office) -> None:
    office.openai()
    faulty = office.dataset([*HELD_OUT, {"messages": []}])
    refused(office, office.order(faulty), 422, "dataset_rejected")


def test_a_dataset_that_nobody_has_looked_at_yet(office: Office) -> None:
    office.openai()
    fresh = office.upload(jsonl(HELD_OUT)).json()["id"]
    answer = office.order(fresh)
    assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_ready")


def test_an_archived_dataset(office: Office) -> None:
    office.openai()
    dataset_id = office.dataset()
    assert office.member.delete(f"/v1/datasets/{dataset_id}").status_code == 204
    assert "archived" in refused(office, office.order(dataset_id), 422, "dataset_rejected")["detail"]


def test_a_dataset_that_this_provider_does_not_take(office: Office) -> None:
    azure, dataset_id = office.azure(), office.dataset(WORDLESS)
    assert office.look(f"/datasets/{dataset_id}")["status"] == "ready"
    answer = office.order(dataset_id, connection_id=azure)
    assert refused(office, answer, 422, "dataset_rejected")["codes"] == ["null_value"]


def test_without_a_connection_one_that_takes_the_dataset_is_chosen(office: Office) -> None:
    office.azure()
    openai = office.openai()
    assert office.job(office.submit(office.dataset(WORDLESS)))["connection_id"] == openai


def test_without_a_connection_the_cheapest_is_chosen(office: Office) -> None:
    connections = {office.openai(), office.azure()}
    dataset_id = office.dataset()
    choices = [{"connection_id": one, "model": MODEL, "n_epochs": 1} for one in sorted(connections)]
    found = office.member.post("/v1/estimates", json={"dataset_id": dataset_id, "choices": choices}).json()["data"]
    (cheapest,) = [one["connection_id"] for one in found if one["cheapest"]]
    assert office.job(office.submit(dataset_id))["connection_id"] == cheapest


@pytest.mark.parametrize("field", ["dataset_id", "validation_dataset_id", "connection_id"])
def test_a_thing_that_is_not_there(office: Office, field: str) -> None:
    office.openai()
    prefix = "conn" if field == "connection_id" else "ds"
    answer = office.order(office.dataset(), **{field: f"{prefix}_{STRANGE}"})
    refused(office, answer, 404, "not_found")


@pytest.mark.parametrize("field", ["dataset_id", "validation_dataset_id"])
def test_another_teams_dataset_is_not_there(office: Office, field: str) -> None:
    office.openai()
    mine = office.dataset()
    sales = office.lab.api.member(office.lab.api.team("sales")["id"])
    files = {"file": ("x.jsonl", jsonl(HELD_OUT))}
    theirs = sales.post("/v1/datasets", data={"name": "x"}, files=files).json()["id"]
    office.drain()
    missing = office.order(mine, **{field: f"ds_{STRANGE}"})
    foreign = office.order(mine, **{field: theirs})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_an_admin_who_acts_for_a_team_has_that_teams_datasets_only(office: Office) -> None:
    office.openai()
    sales = office.lab.api.team("sales")["id"]
    order = {"dataset_id": office.dataset(), "model": MODEL}
    answer = office.lab.api.admin.post("/v1/jobs", json=order, headers={"X-Team": sales})
    refused(office, answer, 404, "not_found")


def test_a_model_that_nobody_trains(office: Office) -> None:
    office.openai()
    refused(office, office.order(office.dataset(), model="gpt-9"), 422, "model_not_trainable")


def test_no_connection_at_all(office: Office) -> None:
    refused(office, office.order(office.dataset()), 422, "model_not_trainable")


def test_an_estimate_above_the_callers_own_limit(office: Office) -> None:
    office.openai()
    answer = office.order(office.dataset(), max_cost_usd="0.000001")
    told = refused(office, answer, 402, "max_cost_exceeded")
    assert told["max_cost"] == "0.000001"


def test_a_limit_that_covers_the_estimate_to_the_nano_dollar_is_enough(office: Office) -> None:
    office.openai()
    dataset_id = office.dataset()
    needed = office.order(dataset_id, max_cost_usd="0").json()["needed"]
    assert office.job(office.submit(dataset_id, max_cost_usd=needed))["held"] == needed


def test_a_budget_that_does_not_cover_it(office: Office) -> None:
    office.openai()
    office.lab.budget("0.001")
    told = refused(office, office.order(office.dataset()), 402, "budget_exceeded")
    assert (told["left"], told["scope"]) == ("0.001", "team")
    assert float(told["needed"]) > 0.001


@pytest.mark.parametrize(("provider", "longest"), [("openai", 64), ("azure", 40)])
def test_each_provider_has_its_own_rule_for_suffixes(office: Office, provider: str, longest: int) -> None:
    connection = office.openai() if provider == "openai" else office.azure()
    dataset_id = office.dataset()
    for suffix in ("x" * (longest + 1), "with space", "", "é"):
        answer = office.order(dataset_id, connection_id=connection, suffix=suffix)
        assert refused(office, answer, 422, "invalid_request")["errors"][0]["pointer"] == "/suffix"
    office.submit(dataset_id, connection_id=connection, suffix="x" * longest)


def test_hyperparameters_that_no_provider_takes(office: Office) -> None:
    office.openai()
    dataset_id = office.dataset()
    wrong: list[tuple[str, Any]] = [("n_epochs", value) for value in (0, 51, "3", 1.5, True)]
    wrong += [("batch_size", 257), ("learning_rate_multiplier", 0), ("dropout", 0.1)]
    for name, value in wrong:
        answer = office.order(dataset_id, hyperparameters={name: value})
        assert refused(office, answer, 422, "invalid_request")["errors"][0]["pointer"] == f"/hyperparameters/{name}"


def test_a_method_that_is_not_offered(office: Office) -> None:
    office.openai()
    refused(office, office.order(office.dataset(), method="distillation"), 422, "invalid_request")
    refused(office, office.order(office.dataset(), method="reinforcement"), 422, "model_not_trainable")


def test_a_provider_that_refuses_the_order_is_quoted(office: Office) -> None:
    office.openai()
    error = {"error": {"message": "The widget is broken.", "type": "invalid_request_error", "code": "broken"}}
    office.fault("status", "create_job", status=400, body=error)
    job = office.finish(office.submit(office.dataset()))
    assert (job["status"], job["reason_code"]) == ("failed", "broken")
    assert "The widget is broken." in job["reason"]
    assert (office.lab.held(), office.lab.spent(), office.bought()) == (0, 0, [])


def test_tool_calls_without_words_are_taken_everywhere(office: Office) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    rows = [*HELD_OUT[:10], chat(None, tool_calls=[call]) | {"tools": [tool]}]
    report = office.look(f"/datasets/{office.dataset(rows)}/report")
    taking = {one["provider"] for one in report["acceptance"] if one["accepted"] and one["method"] == "supervised"}
    assert "openai" in taking
