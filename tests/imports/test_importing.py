"""What exists at a provider comes here: once, whole, and at nobody's expense."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.imports.recording import record_jobs, take
from tests.imports.past import delete_job, ordered_past, trained_past
from tests.imports.test_strays import bought_past
from tests.support.office import Office
from tests.support.workshop import MODEL, Workshop


def imported(workshop: Workshop, **wanted: Any) -> dict[str, Any]:
    """An import that has come to its end."""
    body = {
        "connection_id": workshop.connection_id,
        "team_id": workshop.team_id,
        "all": not wanted.keys() & {"jobs", "models"},
    }
    made = workshop.api.admin.post("/v1/imports", json=body | wanted)
    assert made.status_code == 202, made.text
    workshop.drain()
    return dict(workshop.api.admin.get(made.headers["Location"]).json())


def items(workshop: Workshop, made: dict[str, Any]) -> list[dict[str, Any]]:
    return list(workshop.api.admin.get(f"/v1/imports/{made['id']}/items").json()["data"])


def test_what_was_trained_past_us_comes_here_with_its_story_and_costs_nothing(workshop: Workshop) -> None:
    ended, running = trained_past(workshop), ordered_past(workshop)
    seen = imported(workshop, dry_run=True)
    assert (seen["status"], seen["counts"]) == ("succeeded", {"found": 2})
    assert workshop.member.get("/v1/jobs").json()["data"] == []

    done = imported(workshop)
    assert done["counts"] == {"taken": 2}
    taken = {item["subject"]: item["job_id"] for item in items(workshop, done)}
    job = workshop.until_over(taken[ended.id])
    workshop.until_over(taken[running.id])
    assert (job["status"], job["origin"], job["dataset_id"], job["seed"]) == ("succeeded", "imported", None, 7)
    assert (job["provider_job_id"], job["hyperparameters"]["n_epochs"]) == (ended.id, 2)
    assert workshop.member.get(f"/v1/jobs/{job['id']}/metrics").json()["data"]
    assert [one["message"] for one in workshop.events(job["id"]) if one["kind"] == "provider"]
    assert workshop.member.post(f"/v1/jobs/{job['id']}/retry", json={}).status_code == 409

    models = workshop.member.get("/v1/models").json()["data"]
    assert {one["provider_model"] for one in models} == {
        workshop.job(each)["fine_tuned_model"] for each in taken.values()
    }
    lineage = workshop.member.get(f"/v1/models/{models[0]['id']}/lineage").json()["lineage"]
    assert (lineage["origin"], lineage["base_model"]) == ("imported", models[0]["base_model"])
    assert lineage["told"]["training_file"]
    if workshop.provider != "compatible":
        assert all(one["shutdown_date"] for one in models)
        assert len(workshop.member.get(f"/v1/jobs/{job['id']}/checkpoints").json()["data"]) == 2

    assert workshop.member.get("/v1/spend").json()["total"] == "0.00"
    workshop.check_books()
    provider = workshop.open()
    assert provider.file(ended.training_file_id) is not None, "files that are not ours stay"
    provider.close()
    assert imported(workshop)["counts"] == {"known": 2}
    assert len(workshop.member.get("/v1/jobs").json()["data"]) == 2


def test_two_imports_at_once_take_a_job_once(office: Office) -> None:
    connection_id = office.openai()
    job, database = bought_past(office, "openai", None), office.lab.context.database
    body = {"connection_id": connection_id, "team_id": office.lab.team_id, "all": True}
    works = []
    for _ in range(2):
        assert office.lab.api.admin.post("/v1/imports", json=body).status_code == 202
        with database.transaction() as db:
            works.append(take(db))
    first, second = (work for work in works if work)

    def take_second() -> None:
        with database.transaction() as db:
            record_jobs(db, second, [(job, None)], office.lab.context.installation)

    waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            record_jobs(db, first, [(job, None)], office.lab.context.installation)
            meanwhile = pool.submit(take_second)
            while not (meanwhile.done() or office.lab.api.sql(waiting)):
                time.sleep(0.01)
        meanwhile.result(timeout=10)
    assert office.lab.api.sql("SELECT provider_job_id FROM jobs") == [(job.id,)]


@pytest.mark.parametrize("dialect", ["azure"])
def test_only_what_is_named_comes_a_model_without_its_job_too(workshop: Workshop) -> None:
    first, second, third = (trained_past(workshop) for _ in range(3))
    delete_job(workshop, third.id)
    models = [second.facts.fine_tuned_model, third.facts.fine_tuned_model]
    done = imported(workshop, jobs=[first.id, "ftjob-nowhere"], models=models)
    outcomes = {item["subject"]: item["outcome"] for item in items(workshop, done)}
    assert outcomes == {first.id: "taken", second.id: "taken", models[1]: "taken", "ftjob-nowhere": "failed"}
    shown = workshop.member.get("/v1/models").json()["data"]
    assert {*models, first.facts.fine_tuned_model} == {one["provider_model"] for one in shown}
    assert {one["base_model"] for one in shown} == {MODEL}
    assert imported(workshop, models=models)["counts"] == {"known": 2}
    asked = {"connection_id": workshop.connection_id, "team_id": workshop.team_id, "all": True}
    refused = workshop.member.post("/v1/imports", json=asked)
    assert refused.status_code == 403, "an account shows all teams' work"
    workshop.check_books()
