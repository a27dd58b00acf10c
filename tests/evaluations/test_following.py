"""What follows a job: the evaluation that was ordered with it, once, paid by itself, or told why not."""

from typing import Any

from shared.evaluations import fulfilling
from shared.money import Usd
from shared.queue import Task
from tests.support.laboratory import rows
from tests.support.office import HELD_OUT, MODEL, TERMINAL, Office

TRAINING = rows("support_triage", held_out=False)[:12]
PLAN: dict[str, Any] = {"graders": ["exact_match"], "max_answers": 3}


def ordered(office: Office, **more: Any) -> str:
    """A job with an evaluation on its validation dataset."""
    training, held = office.dataset(TRAINING), office.dataset(HELD_OUT, "held")
    return office.submit(training, validation_dataset_id=held, evaluation=PLAN | more)


def test_a_job_that_succeeds_is_evaluated_once_beside_its_base_whoever_is_killed(office: Office) -> None:
    office.openai()
    planned = office.job(ordered(office))
    assert (planned["evaluation"]["status"], planned["evaluation"]["n_examples"]) == ("planned", 3)
    assert planned["evaluation"]["dataset_id"] == planned["validation_dataset_id"]
    job = planned
    while job["status"] not in TERMINAL:
        office.pass_time(300)
        while any(office.step(task) for task in (Task.UPLOAD_FILES, Task.SUBMIT_JOBS, Task.POLL_JOBS)):
            pass
        job = office.job(planned["id"])
    with office.lab.transaction() as db:
        killed = fulfilling.take(db)
    assert killed is not None
    assert not office.step(Task.ORDER_EVALUATIONS), "it is claimed"
    office.pass_time(16)
    office.drain()
    with office.lab.transaction() as db:
        fulfilling.fulfil(db, office.lab.context.storage, killed, {})
    follow = office.job(job["id"])["evaluation"]
    assert follow["status"] == "ordered"
    (found,) = office.look("/evaluations")["data"]
    assert (found["id"], found["status"], found["held_usd"]) == (
        follow["evaluation_id"],
        "succeeded",
        follow["at_most_usd"],
    )
    assert [one["provider_model"] for one in found["candidates"]] == [MODEL, job["fine_tuned_model"]]
    (model,) = office.look("/models")["data"]
    assert found["id"] in model["scores"]
    assert office.events(job["id"])[-1]["data"]["evaluation_id"] == found["id"]
    assert office.lab.held() == 0
    again = office.member.post(f"/v1/jobs/{job['id']}/retry", json={}).json()
    assert (again["evaluation"]["status"], again["evaluation"]["at_most_usd"]) == ("planned", follow["at_most_usd"])
    office.lab.lead.put("/v1/aliases/bot", json={"model_id": model["id"]})
    named = office.job(ordered(office, compare_with=[{"model": "bot"}]))
    assert [one["model"] for one in named["evaluation"]["compare_with"]] == [model["id"]]


def test_a_budget_that_is_gone_or_a_price_that_has_risen_is_told_on_the_job_and_fails_nothing_else(
    office: Office,
) -> None:
    office.openai()
    job_id = ordered(office)
    office.lab.budget("0.000001")
    job = office.finish(job_id)
    follow = office.job(job_id)["evaluation"]
    assert (job["status"], follow["status"], follow["reason_code"]) == ("succeeded", "refused", "budget_exceeded")
    assert office.events(job_id)[-1]["level"] == "warning"
    assert ("evaluation.refused", job_id) in office.lab.told()
    assert len(office.look("/models")["data"]) == 1
    office.lab.budget("100")
    office.lab.api.sql(
        """UPDATE jobs SET evaluation = evaluation || '{"at_most_usd": "0.000001"}'"""
    )  # as if it had been
    office.lab.api.sql("UPDATE follow_ups SET due_at = created_at")
    office.step(Task.ORDER_EVALUATIONS)
    dearer = office.job(job_id)["evaluation"]
    assert (dearer["status"], dearer["reason_code"]) == ("refused", "max_cost_exceeded")
    office.lab.api.sql(
        "UPDATE follow_ups SET due_at = created_at, attempts = 19"
    )  # as if a fault of ours had come in between
    with office.lab.transaction() as db:
        assert fulfilling.take(db) is not None
    office.pass_time(599)
    assert not office.step(Task.ORDER_EVALUATIONS), "it is tried ever less often"
    office.pass_time(2)
    office.step(Task.ORDER_EVALUATIONS)
    assert office.job(job_id)["evaluation"]["reason_code"] == "internal_error"
    assert (office.look("/evaluations")["data"], office.lab.held()) == ([], 0)


def test_what_was_being_cancelled_is_not_evaluated_though_its_provider_was_faster(office: Office) -> None:
    office.openai()
    job_id = ordered(office)
    office.until(job_id, "running")
    assert office.member.post(f"/v1/jobs/{job_id}/cancel").json()["status"] == "cancelling"
    office.pass_time(7200)
    job = office.finish(job_id)
    assert (job["status"], office.job(job_id)["evaluation"]["status"]) == ("succeeded", "dropped")
    assert "evaluation is dropped" in office.events(job_id)[-1]["message"]
    assert (office.look("/evaluations")["data"], len(office.look("/models")["data"]), office.lab.held()) == ([], 1, 0)


def test_on_azure_it_waits_for_a_deployment_and_gives_up_after_a_week(office: Office) -> None:
    office.azure()
    training, held = office.dataset(TRAINING), office.dataset(HELD_OUT, "held")
    refused = office.order(training, validation_dataset_id=held, evaluation=PLAN)
    assert (refused.status_code, refused.json()["code"], office.lab.held()) == (409, "not_deployed", 0)
    alone = PLAN | {"compare_with": []}
    job = office.finish(office.submit(training, validation_dataset_id=held, evaluation=alone))
    waiting = office.job(job["id"])["evaluation"]
    assert (waiting["status"], waiting["reason_code"]) == ("waiting", "not_deployed")
    (connection,) = office.lab.api.admin.get("/v1/connections").json()["data"]
    named = {"deployments": {job["fine_tuned_model"]: "triage"}}
    assert office.lab.api.admin.patch(f"/v1/connections/{connection['id']}", json=named).status_code == 200
    office.pass_time(61)
    office.step(Task.ORDER_EVALUATIONS)
    assert office.job(job["id"])["evaluation"]["status"] == "ordered"
    office.lab.api.admin.patch(f"/v1/connections/{connection['id']}", json={"deployments": {}})
    office.lab.api.sql("UPDATE follow_ups SET evaluation_id = NULL, due_at = created_at")  # as if it still waited
    office.pass_time(2 * 3_600)
    office.step(Task.ORDER_EVALUATIONS)
    later = "SELECT due_at - tw_now() BETWEEN '10 minutes' AND '15 minutes', attempts FROM follow_ups"
    assert office.lab.api.sql(later) == [(True, 0)]
    office.pass_time(7 * 86_400)
    office.step(Task.ORDER_EVALUATIONS)
    assert office.job(job["id"])["evaluation"]["status"] == "refused"


def test_what_could_not_be_evaluated_is_refused_at_the_order(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset(HELD_OUT)
    nothing_to_ask = office.order(dataset, evaluation=PLAN)
    assert nothing_to_ask.json()["errors"][0]["pointer"] == "/evaluation/dataset_id"
    unheard = {"compare_with": [{"model": "nobody-has-this"}], "dataset_id": dataset}
    assert office.order(dataset, evaluation=PLAN | unheard).json()["code"] == "not_found"
    assert (office.look("/jobs")["data"], office.lab.held()) == ([], 0)
    asked = {"dataset_id": dataset, "choices": [{"connection_id": connection, "model": MODEL}]}
    (shown,) = office.member.post("/v1/estimates", json=asked | {"evaluation": PLAN | {"dataset_id": dataset}}).json()[
        "data"
    ]
    beside = PLAN | {"dataset_id": dataset, "compare_with": [{"model": MODEL}]}
    job = office.job(office.submit(dataset, evaluation=beside))
    assert job["evaluation"]["compare_with"] == [{"model": MODEL, "connection_id": connection}]
    assert shown["evaluation"]["at_most_usd"] == job["evaluation"]["at_most_usd"]
    assert Usd.parse(job["evaluation"]["at_most_usd"]).nanos > 0
    assert office.member.post(f"/v1/jobs/{job['id']}/cancel").json()["evaluation"]["status"] == "dropped"
