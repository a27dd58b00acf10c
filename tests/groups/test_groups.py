"""Groups of jobs through the front door: all or nothing, under one cap, compared; on growing shares of the data too."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from shared.ids import TeamId
from shared.jobs.endings import fail
from shared.jobs.tables import Job
from shared.queue import Task
from shared.registry.targets import Names, find_target
from tests.support.laboratory import jsonl, rows
from tests.support.office import HELD_OUT, MODEL, Office
from tests.support.waiting import until

OTHER = "gpt-4.1-mini-2025-04-14"
TRAINING = rows("support_triage", held_out=False)[:40]


def wanted(dataset: str, **more: Any) -> dict[str, Any]:
    """Two models, once and twice through the data."""
    models = [{"model": MODEL}, {"model": OTHER}]
    asked = {"name": "which", "dataset_id": dataset, "models": models, "grid": {"n_epochs": [1, 2]}}
    return asked | {"max_cost_usd": "5.00"} | more


def ordered(office: Office, asked: dict[str, Any]) -> dict[str, Any]:
    made = office.member.post("/v1/job-groups", json=asked)
    assert made.status_code == 202, made.text
    assert made.headers["Location"] == f"/v1/job-groups/{made.json()['id']}"
    return dict(made.json())


def ended(office: Office, group: dict[str, Any]) -> dict[str, Any]:
    for _ in range(40):
        office.drain()
        seen = office.look(f"/job-groups/{group['id']}")
        if seen["status"] not in ("running", "preparing"):
            return seen
        office.pass_time(3600)
    raise AssertionError(office.look("/jobs"))


def evaluations(office: Office) -> set[str]:
    return {one["id"] for one in office.look("/evaluations")["data"]}


def test_a_group_is_ordered_whole_and_cancelled_whole(office: Office) -> None:
    office.openai()
    asked = wanted(office.dataset(HELD_OUT))
    weighed = office.member.post("/v1/job-groups/estimate", json=asked).json()
    assert (len(weighed["data"]), weighed["within_cap"], office.lab.held()) == (4, True, 0)
    group = ordered(office, asked)
    assert (group["status"], group["held_usd"]) == ("running", weighed["at_most_usd"])
    assert sum(Decimal(job["held"]) for job in group["jobs"]) == Decimal(group["held_usd"])
    assert office.job(group["jobs"][0]["id"])["group_id"] == group["id"]
    assert office.look("/job-groups")["data"] == [group]
    path = f"/v1/job-groups/{group['id']}"
    stranger = office.lab.api.member(office.lab.api.team("sales")["id"])
    answers = [stranger.get(path), stranger.get(f"{path}/comparison"), stranger.post(f"{path}/cancel")]
    assert [one.status_code for one in answers] == [404, 404, 404]
    cancelled = [office.member.post(f"{path}/cancel").json() for _ in range(2)]
    assert cancelled[0] == cancelled[1]
    assert (cancelled[0]["status"], {job["status"] for job in cancelled[0]["jobs"]}) == ("ended", {"cancelled"})
    found = office.look(f"/job-groups/{group['id']}/comparison")
    assert (found["ranked_by"], {line["rank"] for line in found["data"]}) == (None, {None})
    assert {(line["differs"]["model"], line["differs"]["n_epochs"]) for line in found["data"]} == {
        (model, n_epochs) for model in (MODEL, OTHER) for n_epochs in (1, 2)
    }
    assert office.lab.held() == 0


def test_what_one_of_it_meets_refuses_all_of_it(office: Office) -> None:
    office.openai()
    dataset = office.dataset()
    few = wanted(dataset, max_cost_usd="0.01")
    refused = office.member.post("/v1/job-groups", json=few).json()
    assert refused["code"] == "max_cost_exceeded"
    assert refused["dearest"][0].startswith(f"{MODEL}, n_epochs 2 ($0.")
    assert not office.member.post("/v1/job-groups/estimate", json=few).json()["within_cap"]
    unknown = office.member.post("/v1/job-groups", json=wanted(dataset, models=[{"model": MODEL}, {"model": "nobody"}]))
    assert (unknown.json()["code"], unknown.json()["detail"][:6]) == ("model_not_trainable", "nobody")
    too_many = wanted(dataset, grid={"n_epochs": [*range(1, 14)]})
    assert "26 jobs" in office.member.post("/v1/job-groups", json=too_many).text
    names = ("n_epochs", "batch_size", "beta", "l2_multiplier", "learning_rate", "lora_r", "lora_alpha", "eval_samples")
    endless = wanted(dataset, grid={name: [*range(1, 25)] for name in names})
    assert f"{2 * 24**8} jobs" in office.member.post("/v1/job-groups", json=endless).text
    for twice in ({"grid": {"n_epochs": [1, 1]}}, {"models": [{"model": MODEL}, {"model": MODEL, "tier": None}]}):
        assert "twice" in office.member.post("/v1/job-groups", json=wanted(dataset, **twice)).text
    office.lab.budget("0.000001")
    beyond = office.member.post("/v1/job-groups", json=wanted(dataset))
    assert (beyond.status_code, beyond.json()["code"]) == (402, "budget_exceeded")
    assert (office.look("/jobs")["data"], office.look("/job-groups")["data"], office.lab.held()) == ([], [], 0)


def test_the_cap_holds_for_the_sum_while_they_train(office: Office) -> None:
    connection = office.openai()
    office.lab.api.admin.patch(f"/v1/connections/{connection}", json={"max_running": 2})
    office.lab.sandbox.post(f"/accounts/{office.lab.account}", {"auto_epochs": 25})
    choices = [{}, {"learning_rate_multiplier": 2}, {"learning_rate_multiplier": 3}]
    asked = wanted(office.dataset(), models=[{"model": MODEL}], grid=None, hyperparameters=choices)
    asked["max_cost_usd"] = office.member.post("/v1/job-groups/estimate", json=asked).json()["at_most_usd"]
    group = ordered(office, asked)
    *training, waiting = (job["id"] for job in group["jobs"])
    for job_id in training:
        job = office.until(job_id, "paused", "succeeded", step_seconds=100)
        assert (job["status"], job["reason_code"]) == ("paused", "max_cost_reached")
        assert group["id"] in job["reason"]
    never_bought = office.until(waiting, "failed", "running")
    assert (never_bought["status"], never_bought["reason_code"]) == ("failed", "barred")
    cancelled = office.member.post(f"/v1/job-groups/{group['id']}/cancel").json()
    assert [job["status"] for job in cancelled["jobs"]] == ["cancelling", "cancelling", "failed"]
    assert ended(office, group)["status"] == "ended"
    bills = [Decimal(bill["amount_usd"]) for bill in office.bought()]
    cap = Decimal(asked["max_cost_usd"])
    assert max(bills) < cap * Decimal("0.9") < sum(bills)
    assert (len(bills), office.lab.held()) == (2, 0)


def test_growing_shares_of_the_data_are_nested_and_say_whether_more_helped(office: Office) -> None:
    office.openai()
    dataset, held = office.dataset(TRAINING), office.dataset(HELD_OUT, "held")
    evaluation = {"graders": ["exact_match"], "compare_with": [], "max_answers": 8}
    shared = {"models": [{"model": OTHER}], "grid": {"n_epochs": [3]}, "shares": [0.25, 1], "seed": 7}
    asked = wanted(dataset, validation_dataset_id=held, evaluation=evaluation, **shared)
    group = ordered(office, asked)
    assert (group["status"], group["jobs"], group["n_jobs"], office.lab.held()) == ("preparing", [], 2, 0)
    for _ in range(3):
        office.drain()
        office.pass_time(2)
    running = office.look(f"/job-groups/{group['id']}")
    assert Decimal(running["for_evaluations_usd"]) > 0
    contents = [office.member.get(f"/v1/datasets/{job['dataset_id']}/content").content for job in running["jobs"]]
    examples = [set(content.splitlines()) for content in contents]
    assert [len(some) for some in examples] == [10, 40]
    assert examples[0] < examples[1] == set(jsonl(TRAINING).splitlines())
    assert ended(office, group)["status"] == "ended"
    office.drain()
    found = office.look(f"/job-groups/{group['id']}/comparison")
    assert (found["ranked_by"], {line["evaluation_id"] for line in found["data"]}) == (
        "exact_match",
        evaluations(office),
    )
    trained = sum(Decimal(line["charged_usd"]) for line in found["data"])
    (of_training,) = (row for row in office.look("/spend?group_by=kind")["data"] if row["kind"] == "training")
    assert trained == Decimal(of_training["amount"])
    path = f"/v1/job-groups/{group['id']}/comparison"
    table = list(csv.DictReader(io.StringIO(office.member.get(path, headers={"Accept": "text/csv"}).text)))
    assert [(row["job_id"], float(row["share"])) for row in table] == [
        (line["job_id"], line["differs"]["share"]) for line in found["data"]
    ]
    scores = {line["differs"]["share"]: line["score"] for line in found["data"]}
    (more,) = found["more_data"]
    assert f"{scores[0.25]:.3f}" in more["says"]
    assert f"{scores[1.0]:.3f}" in more["says"]
    assert more["verdict"] in ("helped", "cannot_tell")
    again = ordered(office, asked)
    for _ in range(2):
        office.drain()
        office.pass_time(2)
    datasets = {job["dataset_id"] for job in office.look(f"/job-groups/{again['id']}")["jobs"]}
    assert datasets == {job["dataset_id"] for job in running["jobs"]}


def test_shares_are_compared_where_the_team_may_ask_though_the_worker_sees_every_connection(office: Office) -> None:
    office.openai(name="closed", teams=[office.lab.api.team("sales")["id"]])
    mine = office.openai(name="mine")
    held = office.dataset(HELD_OUT, "held")
    evaluation = {"graders": ["exact_match"], "dataset_id": held, "compare_with": [{"model": OTHER}], "max_answers": 3}
    shared = {"models": [{"model": MODEL}], "grid": None, "shares": [0.5, 1], "evaluation": evaluation}
    group = ordered(office, wanted(office.dataset(TRAINING), **shared))
    for _ in range(3):
        office.drain()
        office.pass_time(2)
    jobs = [office.job(job["id"]) for job in office.look(f"/job-groups/{group['id']}")["jobs"]]
    others = [job["evaluation"]["compare_with"] for job in jobs]
    assert others == [[{"model": OTHER, "connection_id": mine}]] * 2
    with office.lab.transaction() as db:
        names = Names(TeamId(office.lab.team_id), {})
        assert find_target(db, names, OTHER).connection.id == mine


def test_a_job_that_is_ordered_again_just_now_does_not_escape_a_cancellation_of_its_group(office: Office) -> None:
    office.openai()
    group = ordered(office, wanted(office.dataset(), models=[{"model": MODEL}], grid=None, automatic_retries=1))
    (job_id,) = (job["id"] for job in group["jobs"])
    office.until(job_id, "running")
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted"
    with ThreadPoolExecutor(1) as pool:
        with office.lab.transaction() as db:
            failed = db.get_one(Job, job_id, with_for_update={"key_share": True})
            cancelled = pool.submit(office.member.post, f"/v1/job-groups/{group['id']}/cancel")
            until(lambda: office.lab.api.sql(waits))
            fail(db, failed, "The provider failed.", "server_error")
        answer = cancelled.result()
    assert answer.status_code == 202, answer.text
    assert [job["status"] for job in answer.json()["jobs"]] == ["failed", "cancelled"]
    assert office.lab.held() == 0


def test_what_is_found_out_late_is_told_on_the_group_and_nothing_is_ordered(office: Office) -> None:
    office.openai()
    dataset = office.dataset(TRAINING)
    shared = {"models": [{"model": OTHER}], "grid": None, "shares": [0.1, 1]}
    group = ended(office, ordered(office, wanted(dataset, **shared)))
    assert (group["status"], group["reason_code"], group["jobs"]) == ("refused", "dataset_rejected", [])
    assert "0.1 of the data" in group["reason"]
    broken = ordered(office, wanted(dataset, **shared | {"shares": [0.5, 1]}))
    office.lab.api.sql("UPDATE job_groups SET attempts = 20")  # as if a fault of ours had come in between
    assert office.step(Task.ORDER_GROUPS)
    assert office.look(f"/job-groups/{broken['id']}")["reason_code"] == "internal_error"
    early = ordered(office, wanted(dataset, **shared | {"shares": [0.5, 1]}))
    assert office.member.post(f"/v1/job-groups/{early['id']}/cancel").json()["status"] == "cancelled"
    assert (ended(office, early)["status"], office.look("/jobs")["data"]) == ("cancelled", [])
