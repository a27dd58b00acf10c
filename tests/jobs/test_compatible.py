"""A compatible server: described by its connection, counted approximately, found by file, and named by its checkpoint."""

from decimal import Decimal
from typing import Any

import pytest

from local.wire import Client
from shared.money import Usd
from tests.support.workshop import LLAMA, MODEL, Workshop

NAME = str(LLAMA["model"])


@pytest.fixture
def dialect() -> str:
    return "compatible"


def estimated(workshop: Workshop, **choice: Any) -> dict[str, Any]:
    choices = [{"connection_id": workshop.connection_id, "model": NAME, "n_epochs": 2} | choice]
    answer = workshop.member.post("/v1/estimates", json={"dataset_id": workshop.dataset_id, "choices": choices})
    return dict(answer.json()["data"][0])


def described(workshop: Workshop, **changes: Any) -> None:
    path = f"/v1/connections/{workshop.connection_id}"
    changed = workshop.api.admin.patch(path, json={"catalogue": [LLAMA | changes]})
    assert changed.status_code == 200, changed.text
    workshop.drain()


def deploy(workshop: Workshop, model: str, base: str = NAME) -> str:
    """What an admin does at the server, past our service: the name under which the model answers there."""
    door = Client(workshop.sandbox.url, workshop.access.credential)
    return str(
        door.must("POST", "/compatible/v0/models", {"name": "triage", "base_model": base, "source": model})["name"]
    )


def asked(workshop: Workshop, model: str) -> Any:
    chat = {"model": model, "messages": [{"role": "user", "content": "Where is my parcel?"}]}
    return workshop.member.post("/openai/v1/chat/completions", json=chat)


def test_a_job_goes_from_the_order_to_a_model_that_answers(workshop: Workshop) -> None:
    job = workshop.until_over(workshop.submit(hyperparameters={"n_epochs": 2, "learning_rate": 2e-5, "lora_r": 16}))
    (bought,) = workshop.sandbox.paid_jobs(workshop.account)
    assert (job["status"], job["billed_tokens"]) == ("succeeded", bought["billed_tokens"])
    assert job["hyperparameters"] == {"n_epochs": 2, "learning_rate": 2e-5, "lora_r": 16, "lora": True}
    assert job["fine_tuned_model"].startswith(f"{job['provider_job_id']}:ftckpt_")
    charged = workshop.member.get("/v1/spend").json()["total"]
    assert Decimal(charged) == Decimal(bought["amount_usd"]) <= Decimal(job["held"])
    assert workshop.member.get(f"/v1/jobs/{job['id']}/metrics").json()["data"]
    workshop.check_books()

    refused = asked(workshop, job["fine_tuned_model"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_deployed")
    deployments = {job["fine_tuned_model"]: deploy(workshop, job["fine_tuned_model"])}
    workshop.api.admin.patch(f"/v1/connections/{workshop.connection_id}", json={"deployments": deployments})
    answer = asked(workshop, job["fine_tuned_model"]).json()
    assert answer["choices"][0]["message"]["content"]
    used = answer["usage"]
    cost = Decimal(used["prompt_tokens"]) * 30 + Decimal(used["completion_tokens"]) * 90
    ((spent,),) = workshop.api.sql(
        "SELECT sum(amount) FROM ledger_entries WHERE account = 'spent' AND kind = 'inference'"
    )
    assert spent == cost, "nano-dollars, at the prices of a tuned model"


def test_an_estimate_says_that_it_is_approximate_and_holds_what_the_bill_may_be(workshop: Workshop) -> None:
    found = estimated(workshop)
    assert found["approximate"] is True
    assert "approximate: counted as o200k_base × 1.15" in found["rests_on"]
    assert "± 30 %" in found["rests_on"]
    assert found["rests_on"].endswith("not by the model's own vocabulary, ± 30 %")
    assert "entered for compatible" in found["rests_on"]
    low, expected, high = (Decimal(found[name]) for name in ("low", "expected", "high"))
    assert (round(low / expected, 2), round(high / expected, 2)) == (Decimal("0.7"), Decimal("1.3"))
    job = workshop.until_over(workshop.submit(hyperparameters={"n_epochs": 2}))
    charged = Decimal(workshop.member.get("/v1/spend").json()["total"])
    assert low < charged < high
    assert Usd.parse(job["held"]) == Usd.parse(found["high"])


def test_a_vocabulary_that_is_not_known_is_not_known_at_factor_one(workshop: Workshop) -> None:
    described(workshop, token_factor="1", max_example_tokens=60)
    assert estimated(workshop)["refused"]["code"] == "dataset_rejected"
    described(workshop, token_factor="1")
    found = estimated(workshop)
    assert (found["approximate"], "counted as o200k_base × 1," in found["rests_on"]) == (True, True)


def test_epochs_that_nobody_chose_are_those_that_were_estimated(workshop: Workshop) -> None:
    job = workshop.job(workshop.submit(hyperparameters={}))
    assert job["hyperparameters"] == {"n_epochs": job["estimate"]["n_epochs"], "lora": True}


@pytest.mark.parametrize("kind", ["accept_then_drop", "accept_then_status"])
def test_an_unanswered_order_is_found_by_its_file_and_bought_once(workshop: Workshop, kind: str) -> None:
    workshop.fault("create_job", kind, status=503)
    job_id = workshop.submit()
    assert workshop.until_over(job_id)["status"] == "succeeded"
    assert workshop.times_bought(job_id) == 1
    workshop.check_books()


def test_a_job_that_never_tells_its_model_ends_and_is_charged(workshop: Workshop) -> None:
    nothing = {"object": "list", "data": [], "has_more": False}
    workshop.fault("checkpoints", "status", times=1000, status=200, body=nothing)
    job = workshop.until_over(workshop.submit(), step_seconds=31)
    (bought,) = workshop.sandbox.paid_jobs(workshop.account)
    assert (job["status"], job["reason_code"], job["fine_tuned_model"]) == ("failed", "no_model", None)
    assert Decimal(workshop.member.get("/v1/spend").json()["total"]) == Decimal(bought["amount_usd"]) > 0
    workshop.check_books()


def test_what_the_server_says_of_a_refusal_is_passed_on(workshop: Workshop) -> None:
    described(workshop, always={"lora_r": 100_000})
    job = workshop.until_over(workshop.submit())
    assert job["status"] == "failed"
    assert "'hyperparameters.lora_r': 100000 is out of range" in job["reason"]
    workshop.check_books()


@pytest.mark.parametrize(
    ("order", "pointer"),
    [
        ({"hyperparameters": {"learning_rate_multiplier": 2.0}}, "/hyperparameters/learning_rate_multiplier"),
        ({"hyperparameters": {"lora_r": 4}, "always": {"lora_r": 8}}, "/hyperparameters/lora_r"),
    ],
)
def test_hyperparameters_are_those_of_the_server(workshop: Workshop, order: dict[str, Any], pointer: str) -> None:
    described(workshop, always=order.pop("always", {}))
    wanted = {"dataset_id": workshop.dataset_id, "connection_id": workshop.connection_id, "model": NAME}
    refused = workshop.member.post("/v1/jobs", json=wanted | order)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


def test_openai_takes_no_hyperparameters_of_a_compatible_server(workshop: Workshop) -> None:
    main = {"name": "main", "provider": "openai", "base_url": f"{workshop.sandbox.url}/v1"}
    made = workshop.api.admin.post("/v1/connections", json=main | {"credential": f"sk-sandbox-{workshop.account}"})
    wanted = {"dataset_id": workshop.dataset_id, "connection_id": made.json()["id"], "model": MODEL}
    refused = workshop.member.post("/v1/jobs", json=wanted | {"hyperparameters": {"lora_r": 8}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/hyperparameters/lora_r")


def test_what_is_not_described_is_neither_trained_nor_asked(workshop: Workshop) -> None:
    refused = estimated(workshop, model="Qwen/Qwen2.5-7B-Instruct")["refused"]
    assert refused["code"] == "model_not_trainable"
    assert asked(workshop, "Qwen/Qwen2.5-7B-Instruct").status_code == 404
    assert asked(workshop, NAME).status_code == 200
    named = [one["id"] for one in workshop.member.get("/openai/v1/models").json()["data"]]
    assert named == [NAME]


def test_another_teams_tuned_model_is_not_asked_by_its_name_at_the_server(workshop: Workshop) -> None:
    job = workshop.until_over(workshop.submit())
    name = deploy(workshop, job["fine_tuned_model"])
    workshop.api.admin.post(f"/v1/connections/{workshop.connection_id}/check")
    stranger = workshop.api.lead(workshop.api.team("sales")["id"])
    chat = {"messages": [{"role": "user", "content": "hello"}]}
    for model in (name, job["fine_tuned_model"]):
        assert stranger.post("/openai/v1/chat/completions", json=chat | {"model": model}).status_code == 404
    assert name not in stranger.get("/v1/connections").text


def test_a_price_that_is_not_entered_is_refused(workshop: Workshop) -> None:
    described(workshop, prices={"training": "0.4"})
    assert asked(workshop, NAME).json()["error"]["code"] == "price_unknown"
    described(workshop, prices={})
    assert estimated(workshop)["refused"]["code"] == "price_unknown"
    offered = workshop.member.get("/v1/catalogue").json()["data"]
    assert [one["usd_per_million_training_tokens"] for one in offered] == [None]


def test_an_example_that_is_too_long_for_a_described_model_is_told_before(workshop: Workshop) -> None:
    described(workshop, max_example_tokens=60)
    refused = estimated(workshop)["refused"]
    assert (refused["code"], "which takes 60" in refused["detail"]) == ("dataset_rejected", True)


def test_a_model_past_its_announced_end_is_not_trained(workshop: Workshop) -> None:
    described(workshop, shutdown_date="2020-01-01")
    assert estimated(workshop)["refused"]["code"] == "model_not_trainable"
    assert workshop.member.get("/v1/catalogue").json()["data"] == []


def test_a_described_model_is_shown_as_it_was_entered(workshop: Workshop) -> None:
    always = {"lora": True, "lora_r": 5, "warmup_ratio": 1.0}
    described(workshop, prices={"training": "1e5", "input": "0.000000001"}, always=always)
    (shown,) = workshop.api.admin.get(f"/v1/connections/{workshop.connection_id}").json()["catalogue"]
    assert (shown["prices"]["training"], shown["prices"]["input"]) == ("100000", "0.000000001")
    assert [(name, type(value)) for name, value in sorted(shown["always"].items())] == [
        ("lora", bool),
        ("lora_r", int),
        ("warmup_ratio", float),
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"catalogue": [LLAMA, LLAMA]}, "/catalogue"),
        ({"catalogue": [LLAMA | {"always": {"n_epochs": 3}}]}, "/catalogue/0/always"),
        ({"catalogue": [LLAMA | {"prices": {"training": "-1"}}]}, "/catalogue/0/prices/training"),
        ({"catalogue": [LLAMA | {"token_factor": "0"}]}, "/catalogue/0/token_factor"),
        ({"catalogue": [LLAMA | {"always": {"lora_r": "5"}}]}, "/catalogue/0/always/lora_r/bool"),
    ],
)
def test_a_catalogue_is_checked_when_it_is_entered(workshop: Workshop, wrong: dict[str, Any], pointer: str) -> None:
    refused = workshop.api.admin.patch(f"/v1/connections/{workshop.connection_id}", json=wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


def test_only_a_compatible_servers_catalogue_stands_on_its_connection(workshop: Workshop) -> None:
    main = {
        "name": "main",
        "provider": "openai",
        "base_url": "https://example.com",
        "credential": "sk-0123456789abcdef",
    }
    refused = workshop.api.admin.post("/v1/connections", json=main | {"catalogue": [LLAMA]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/catalogue")
