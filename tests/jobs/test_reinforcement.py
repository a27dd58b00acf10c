"""Reinforcement through the front door: a grader that fits, money by the hour up to a cap, rewards, and what comes of them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.laboratory import Row
from tests.support.office import HELD_OUT, Office

MODEL = "o4-mini-2025-04-16"
LABEL = {
    "type": "string_check",
    "name": "label",
    "operation": "eq",
    "input": "{{sample.output_text}}",
    "reference": "{{item.label}}",
}
JUDGE = {
    "type": "score_model",
    "name": "judge",
    "model": "gpt-4.1-2025-04-14",
    "range": [0, 1],
    "input": [{"role": "user", "content": "Is {{sample.output_text}} as good as {{item.label}}?"}],
}
BOTH = {
    "type": "multi",
    "name": "both",
    "graders": {"label": LABEL, "judge": JUDGE},
    "calculate_output": "max(label, 0.5 * judge)",
}
A_LOOK = Decimal(100) * 30 / 3600
"""What half a minute costs, which passes between two looks in these tests."""


def graded(chat: Row) -> Row:
    *asked, answer = chat["messages"]
    return {"messages": asked, "label": answer["content"], "ticket": {"language": "en"}}


ROWS = [graded(row) for row in HELD_OUT]


def ordered(office: Office, connection: str, **more: Any) -> dict[str, Any]:
    """An order, of 12 examples to train on and 10 to validate with."""
    training, validation = office.dataset(ROWS[:12], "graded"), office.dataset(ROWS[12:22], "held-out")
    wanted = {
        "connection_id": connection,
        "validation_dataset_id": validation,
        "model": MODEL,
        "method": "reinforcement",
    }
    return wanted | {"dataset_id": training, "grader": LABEL, "hyperparameters": {"n_epochs": 2}} | more


def submitted(office: Office, connection: str, **more: Any) -> str:
    wanted = ordered(office, connection, **more)
    return office.submit(wanted.pop("dataset_id"), **wanted)


def spent(office: Office) -> Decimal:
    return Decimal(office.look("/spend")["total"])


@pytest.mark.parametrize(("provider", "n_epochs"), [("openai", 2), ("azure", 1)])
def test_a_model_is_trained_by_its_rewards_and_charged_what_was_billed(
    office: Office, provider: str, n_epochs: int
) -> None:
    connection = office.openai() if provider == "openai" else office.azure()
    chosen = {"n_epochs": n_epochs, "reasoning_effort": "low", "eval_interval": 2, "compute_multiplier": 1.5}
    wanted = {"type": "json_schema", "json_schema": {"name": "label", "schema": {"type": "object"}, "strict": True}}
    job_id = submitted(office, connection, grader=BOTH, hyperparameters=chosen, response_format=wanted)
    job = office.until(job_id, "succeeded", step_seconds=1000)
    office.drain()
    (bill,) = office.bought(office.lab.account if provider == "openai" else office.resource)
    assert job["held"] == job["estimate"]["high_usd"]
    assert (bill["method"], bill["hyperparameters"]) == ("reinforcement", chosen)
    assert (job["billed_seconds"], job["billed_tokens"]) == (bill["billed_seconds"], None)
    assert spent(office) == Decimal(bill["amount_usd"]) > Decimal(100) * bill["billed_seconds"] / 3600
    rewards = [(one["train_reward"], one["seconds"]) for one in office.look(f"/jobs/{job_id}/metrics")["data"]]
    assert (rewards[-1][0] >= rewards[0][0], rewards[-1][1]) == (True, 360)
    kept = office.look(f"/jobs/{job_id}/checkpoints")["data"]
    assert all("full_valid_mean_reward" in one["metrics"] for one in kept)
    assert len(kept) == n_epochs + 1
    (model,) = office.look("/models")["data"]
    lineage = office.look(f"/models/{model['id']}/lineage")["lineage"]
    assert (lineage["grader"], lineage["response_format"]) == (BOTH, wanted)
    assert office.lab.held() == 0
    if provider == "openai":  # on Azure it is deployed first
        asked = {"model": model["id"], "messages": ROWS[0]["messages"]}
        assert office.member.post("/openai/v1/chat/completions", json=asked).json()["choices"]


def at_its_cap(office: Office, *statuses: str, **more: Any) -> dict[str, Any]:
    """A job of $25, a quarter of an hour; looked at each half minute when it comes near."""
    job_id = submitted(office, office.openai(), max_cost_usd="25.00", hyperparameters={"n_epochs": 10}, **more)
    assert office.job(job_id)["held"] == "25.00"
    office.until(job_id, "running")
    for seconds in (650, 200, 60):  # of which the first 400 are setting up, or before; then two steps are done
        office.pass_time(seconds)
        office.drain()
    return office.until(job_id, *statuses, step_seconds=30)


def test_a_job_comes_to_its_cap_and_stands_still_within_one_look(office: Office) -> None:
    paused = at_its_cap(office, "paused")
    (bill,) = office.bought()
    assert (paused["reason_code"], paused["wish"]) == ("max_cost_reached", None)
    assert Decimal("25.00") <= Decimal(paused["progress"]["cost_usd"]) <= Decimal("25.00") + 2 * A_LOOK
    assert Decimal("20.00") <= Decimal(bill["amount_usd"]) <= Decimal("25.00") + A_LOOK, "finished steps are billed"
    assert office.lab.held() == 25 * 10**9, "a pause settles nothing"
    resumed = office.member.post(f"/v1/jobs/{paused['id']}/resume")
    assert (resumed.status_code, resumed.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("status", [400, 503])
def test_a_pause_that_is_refused_lifts_no_cap(office: Office, status: int) -> None:
    office.fault("status", "pause_job", times=10_000, status=status)
    job_id = submitted(office, office.openai(), max_cost_usd="25.00", hyperparameters={"n_epochs": 10})
    office.until(job_id, "running")
    assert office.member.post(f"/v1/jobs/{job_id}/pause").status_code == 202
    office.pass_time(600)
    ended = office.until(job_id, "cancelled", step_seconds=30)
    assert ended["reason_code"] == "max_cost_reached"
    assert Decimal(office.bought()[0]["amount_usd"]) <= Decimal("25.00") + 2 * A_LOOK


def test_no_cap_holds_more_than_the_longest_job_could_cost(office: Office) -> None:
    connection = office.openai()
    for _ in range(2):
        job_id = submitted(office, connection, max_cost_usd="9000000000.00")
        assert Decimal(office.job(job_id)["held"]) == 100 * 24 * 100


def test_it_is_cancelled_there_if_its_order_says_so(office: Office) -> None:
    job = at_its_cap(office, "cancelled", at_max_cost="cancel")
    (bill,) = office.bought()
    assert (job["reason_code"], job["billed_seconds"]) == ("max_cost_reached", bill["billed_seconds"])
    assert Decimal(bill["amount_usd"]) == spent(office) > 0
    assert office.lab.held() == 0
    again = office.member.post(f"/v1/jobs/{job['id']}/retry", json={"at_max_cost": "pause"}).json()
    assert (again["grader"], again["held"], again["at_max_cost"]) == (LABEL, "25.00", "pause")


def test_a_pause_is_not_counted_and_what_it_has_kept_is_all_that_is_billed_of_a_failure(office: Office) -> None:
    office.fault("fail_job", "create_job")
    job_id = submitted(office, office.openai())
    office.until(job_id, "running")
    for seconds in (650, 250, 100):  # two steps are done, and a third is begun
        office.pass_time(seconds)
        office.drain()
    office.member.post(f"/v1/jobs/{job_id}/pause")
    before = office.until(job_id, "paused", step_seconds=30)["progress"]["hours"]
    assert 480 / 3600 <= before < 0.25, "of seventeen minutes five went into setting up"
    office.pass_time(5 * 3600)
    office.drain()
    assert office.member.post(f"/v1/jobs/{job_id}/resume").status_code == 202
    office.until(job_id, "running", step_seconds=30)
    office.pass_time(60)
    office.drain()
    assert before <= office.job(job_id)["progress"]["hours"] < before + 0.2
    assert office.until(job_id, "failed", step_seconds=600)["billed_seconds"] == 468
    assert spent(office) == Decimal(office.bought()[0]["amount_usd"]) == 13
    assert office.lab.held() == 0


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "best_of"}, "/grader/type", "must be one of"),
    ({"type": "label_model", "name": "x"}, "/grader/type", "take score_model"),
    (LABEL | {"operation": "almost"}, "/grader/operation", "eq, ne"),
    (LABEL | {"reference": "{{item.lable}}"}, "/grader/reference", "they have label, ticket, ticket.language"),
    (LABEL | {"reference": "{{item.ticket.urgency}}"}, "/grader/reference", "reads item.ticket.urgency"),
    (LABEL | {"reference": "{{item.messages}}"}, "/grader/reference", "not handed to graders"),
    (LABEL | {"reference": "{{sample.words}}"}, "/grader/reference", "an answer has output_text"),
    (LABEL | {"reference": "{{label}}"}, "/grader/reference", "names nothing"),
    (LABEL | {"input": "{{item.label}}"}, "/grader/input", "never looks at the answer"),
    (JUDGE | {"model": "gpt-3"}, "/grader/model", "not a model that grades"),
    (JUDGE | {"range": [1, 0]}, "/grader/range", "the lower one first"),
    (JUDGE | {"sampling_params": {"temperature": 3}}, "/grader/sampling_params/temperature", "from 0 to 2"),
    (BOTH | {"calculate_output": "label + jugde"}, "/grader/calculate_output", "there are label, judge"),
    (BOTH | {"calculate_output": "2 * (label"}, "/grader/calculate_output", "expects ')'"),
    (BOTH | {"calculate_output": "__import__('os')"}, "/grader/calculate_output", "neither number, name nor sign"),
    (BOTH | {"graders": {"both": BOTH}}, "/grader/graders/both/type", "must be one of"),
    ({"type": "python", "name": "p", "source": "def grade(sample):\n  return 1"}, "/grader/source", "two values"),
    ({"type": "python", "name": "p", "source": "def grade(s, item): return item['lable']"}, "/grader/source", "lable"),
    ({"type": "python", "name": "p", "source": "def grade(s, i: return"}, "/grader/source", "not Python"),
]


def test_what_could_not_reward_anything_is_named_before_any_money(office: Office) -> None:
    connection = office.openai()
    wanted = ordered(office, connection)
    dataset, validation = wanted.pop("dataset_id"), wanted.pop("validation_dataset_id")
    for grader, pointer, said in FAULTS:
        refused = office.order(dataset, **wanted | {"validation_dataset_id": validation, "grader": grader})
        told = {one["pointer"]: one["message"] for one in refused.json()["errors"]}
        assert (refused.status_code, said in told.get(pointer, "")) == (422, True), (pointer, told)
    others: list[tuple[dict[str, Any], str]] = [
        ({"grader": LABEL}, "/validation_dataset_id"),
        ({"validation_dataset_id": validation, "grader": None}, "/grader"),
        ({"validation_dataset_id": validation, "response_format": {"type": "text"}}, "/response_format"),
        ({"validation_dataset_id": validation, "hyperparameters": {"beta": 0.1}}, "/hyperparameters/beta"),
        ({"validation_dataset_id": validation, "early_stop": {"evaluations": 2}}, "/early_stop/metric"),
        ({"method": "supervised", "model": "gpt-4.1-2025-04-14"}, ""),
    ]
    for more, pointer in others:
        refused = office.order(dataset, **wanted | more)
        assert refused.status_code == 422, more
        assert pointer in [one["pointer"] for one in refused.json().get("errors", [{"pointer": ""}])], refused.json()
    unpriced = JUDGE | {"model": "o3-2025-04-16"}
    refused = office.order(dataset, **wanted | {"validation_dataset_id": validation, "grader": unpriced})
    assert refused.json()["code"] == "price_unknown"
    refused = office.order(dataset, **wanted | {"validation_dataset_id": validation, "max_cost_usd": "1.00"})
    assert refused.json()["code"] == "max_cost_exceeded"
    assert (office.lab.held(), office.bought()) == (0, [])


def test_an_estimate_says_that_it_is_a_guess_by_the_hour(office: Office) -> None:
    connection = office.openai()
    choice = {"connection_id": connection, "model": MODEL, "method": "reinforcement", "compute_multiplier": 2.0}
    asked = {"dataset_id": office.dataset(ROWS[:20]), "choices": [choice, choice | {"method": "supervised"}]}
    guess, refused = office.member.post("/v1/estimates", json=asked).json()["data"]
    assert (guess["usd_per_hour"], guess["approximate"], guess["billed_tokens"]) == ("100", True, None)
    assert Decimal(guess["expected"]) == pytest.approx(Decimal(guess["expected_seconds"]) / 36, abs=Decimal("0.01"))
    assert Decimal(guess["low"]) < Decimal(guess["expected"]) < Decimal(guess["high"])
    assert "a guess" in guess["rests_on"]
    assert refused["refused"]["code"] == "model_not_trainable"


def test_rewards_that_rise_no_more_stop_it(office: Office) -> None:
    more = {"early_stop": {"metric": "valid_reward", "evaluations": 1}}
    chosen = {"n_epochs": 10, "eval_interval": 1}
    job = office.until(
        submitted(office, office.openai(), hyperparameters=chosen, **more), "cancelled", step_seconds=1000
    )
    assert job["reason_code"] == "early_stopped"
    assert "reward in validation" in job["reason"]
