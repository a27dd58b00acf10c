"""What a job leaves behind: events, metrics, the bill, checkpoints. The logs are captures of real orders and words."""

from typing import Any

import pytest

from shared.providers.base import GraderTokens, StepMetrics, Unavailable
from tests.providers.conftest import azure_at, capture, openai_at, provider_at
from tests.support.wire import says, wire

OPENAI, AZURE = capture("openai_events"), capture("azure_events")


def test_openais_log_is_told_oldest_first_with_its_measurements() -> None:
    with wire(says(OPENAI)) as server:
        events = openai_at(server.url).events("ftjob-1", [])
    assert [event.id for event in events] == [one["id"] for one in reversed(OPENAI["data"])]
    assert [event.level for event in events[:2]] == ["info", "warning"]
    assert {event.id: event.metrics for event in events if event.metrics} == {
        "ftevent-x1": StepMetrics(290, 303, 0.2071, 0.93, 0.3112, 0.9017),
        # The epoch's end is measured on the whole validation file, and spelled in the older way.
        "ftevent-6": StepMetrics(303, 303, 0.1912, 0.94, 0.4021, 0.891),
    }
    assert {event.billed_tokens for event in events} == {None}


def test_azures_log_states_the_bill() -> None:
    with wire(says(AZURE)) as server:
        events = azure_at(server.url).events("ftjob-1", [])
    assert [event.message for event in events if event.billed_tokens == 8000] == ["Training tokens billed: 8000"]
    assert [event.metrics for event in events if event.metrics] == [
        StepMetrics(120, None, 1.0537992715835571, 0.71, 1.2, None),
    ]


def test_a_step_of_reinforcement_tells_rewards_seconds_and_what_its_graders_used() -> None:
    data = {
        "step": 10,
        "total_steps": 20,
        "train_mean_reward": 0.42,
        "full_valid_mean_reward": 0.675,
        "reasoning_tokens_mean": 3330.01,
        "timing": {
            "step": {"eval": 101.7, "sampling": 226.8, "training": 402.4, "full_iteration": 731.5},
            "graders": [],
        },
        "model_graders_token_usage": {
            "gpt-4o-2024-08-06": {
                "eval_cached_tokens": 0,
                "eval_prompt_tokens": 4820,
                "train_cached_tokens": 20,
                "train_prompt_tokens": 120741,
                "eval_completion_tokens": 2810,
                "train_completion_tokens": 69402,
            }
        },
    }
    odd = {"step": 11, "timing": {"step": {"full_iteration": 1e15}}, "model_graders_token_usage": {"m": 7}}
    told = [{"id": f"ftevent-{at}", "created_at": at, "data": one} for at, one in ((2, odd), (1, data))]
    with wire(says({"data": told})) as server:
        whole, lacking = openai_at(server.url).events("ftjob-1", [])
    used = {"gpt-4o-2024-08-06": GraderTokens(125561, 20, 72212)}
    rewarded = {"train_reward": 0.42, "valid_reward": 0.675, "reasoning_tokens": 3330.01}
    assert whole.metrics == StepMetrics(10, 20, **rewarded, seconds=731.5, grader_tokens=used)
    assert lacking.metrics == StepMetrics(11, grader_tokens={"m": GraderTokens(0, 0, 0)})


def test_only_what_is_newer_than_the_newest_known_event_is_told() -> None:
    with wire(says(OPENAI | {"has_more": True})) as server:
        events = openai_at(server.url).events("ftjob-1", ["ftevent-7", "ftevent-1"])
    assert [event.id for event in events] == ["ftevent-8", "ftevent-9"]
    assert len(server.asked) == 1


def test_a_long_log_is_read_to_its_last_page(dialect: str) -> None:
    newer, older = OPENAI["data"][:5], OPENAI["data"][5:]
    with wire(says({"data": newer, "has_more": True}), says({"data": older, "has_more": False})) as server:
        events = provider_at(dialect, server.url).events("ftjob-1", ["ftevent-0"])
    assert len(events) == len(OPENAI["data"])
    assert server.asked[1].query["after"] == [newer[-1]["id"]]


def test_an_odd_line_does_not_hide_the_others(dialect: str) -> None:
    odd: list[Any] = [{"id": "ftevent-z"}, {"created_at": 1}, None, 7, {"id": 3, "created_at": "x"}]
    with wire(says({"data": [*odd, *OPENAI["data"]]})) as server:
        assert len(provider_at(dialect, server.url).events("ftjob-1", [])) == len(OPENAI["data"])


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "1e999", "-1e999", "true", '"0.3"', "null", "[]"])
def test_a_measurement_that_is_no_number_is_not_measured(dialect: str, raw: str) -> None:
    event = (
        '{"data":[{"id":"ftevent-1","created_at":1763601500,"level":"info","message":"m",'
        f'"data":{{"step":1.0,"train_loss":{raw}}}}}]}}'
    )
    with wire(says(event.encode())) as server:
        (read,) = provider_at(dialect, server.url).events("ftjob-1", [])
    assert read.metrics == StepMetrics(step=1)


@pytest.mark.parametrize(
    "second",
    [
        {"data": [], "has_more": True},
        {"data": [{"id": "ftevent-9"}], "has_more": True},
        {"data": [{}], "has_more": True},
    ],
)
def test_a_list_without_an_end_is_no_answer(dialect: str, second: dict[str, Any]) -> None:
    first = {"data": [OPENAI["data"][0]], "has_more": True}
    with wire(says(first), says(second)) as server:
        with pytest.raises(Unavailable):
            provider_at(dialect, server.url).events("ftjob-1", [])
        assert len(server.asked) == 2


def test_checkpoints_come_in_the_order_of_their_steps(dialect: str) -> None:
    last = {
        "id": "ftckpt_7Qd",
        "created_at": 1763602200,
        "step_number": 202.0,
        "fine_tuned_model_checkpoint": "ft:gpt-4.1-mini-2025-04-14:acme:triage-v3:B1x9KdQe:ckpt-step-202",
        "metrics": {"step": 202.0, "train_loss": 0.31, "valid_loss": None, "odd": "x"},
    }
    first = last | {"id": "ftchkpt-1", "step_number": 101, "metrics": None}
    with wire(
        says({"data": [last], "has_more": True}), says({"data": [first, {"id": "?"}], "has_more": False})
    ) as server:
        checkpoints = provider_at(dialect, server.url).checkpoints("ftjob-1")
    assert [(one.step, dict(one.metrics)) for one in checkpoints] == [
        (101, {}),
        (202, {"step": 202, "train_loss": 0.31}),
    ]
