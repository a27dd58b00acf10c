"""Jobs wait here while their provider has no place for them; teams take turns, and each job tells where it stands."""

import json
from typing import Any

import psycopg
from sqlalchemy import event

from shared.queue import Task
from tests.support.office import Office

EVERYBODY = "SELECT job_id FROM job_events WHERE data->>'status' = 'uploading' ORDER BY id"
MANY = """
INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', 'job_' || lpad(n::text, 26, '0')))).*
FROM jobs j, generate_series(1, %s) n WHERE j.id = %s
"""

KNOWN_BEFORE = {
    "connections": "id name provider base_url api_version sealed_credential credential_hint health health_detail training_open "
    "models deployments resume_at failures checked_at created_at archived_at due_at claim_token claimed_until",
    "jobs": "id team_id created_by created_at dataset_id validation_dataset_id connection_id model method hyperparameters suffix "
    "seed labels estimate held usd_per_million price_id status reason_code reason progress started_at finished_at epoch posted_at "
    "fenced_at superseded_file_ids training_file_id validation_file_id provider_job_id provider_status fine_tuned_model "
    "billed_tokens attempts due_at claim_token claimed_until",
    "teams": "id name created_at archived_at",
}
"""The columns that the previous release knows, which goes on writing while the next one is started."""


def limit(office: Office, connection_id: str, **limits: int | None) -> None:
    changed = office.lab.api.admin.patch(f"/v1/connections/{connection_id}", json=limits)
    assert changed.status_code == 200, changed.text


def other_team(office: Office, name: str = "sales", weight: int = 1) -> Office:
    """The same office, as another team sees it."""
    team = office.lab.api.team(name)
    changed = office.lab.api.admin.patch(f"/v1/teams/{team['id']}", json={"weight": weight})
    assert changed.json() == team | {"weight": weight}
    return Office(office.lab, office.lab.api.member(team["id"]))


def place(office: Office, job_id: str) -> int:
    return int(office.job(job_id)["queue"]["position"])


def test_jobs_go_in_the_order_that_their_places_said(office: Office) -> None:
    sales = other_team(office, weight=2)
    connection = office.openai()
    limit(office, connection, max_running=0)
    ours, theirs = office.dataset(), sales.dataset()
    waiting: dict[str, Office] = {}
    for priority in (0, 0, 5):
        waiting[office.submit(ours, connection_id=connection, priority=priority)] = office
    for _ in range(5):
        waiting[sales.submit(theirs, connection_id=connection)] = sales
    office.drain()
    places = {job: place(whose, job) for job, whose in waiting.items()}
    assert sorted(places.values()) == list(range(1, 9))
    listed = office.look("/jobs")["data"]
    assert {job["id"]: job["queue"]["position"] for job in listed} == {
        job: place for job, place in places.items() if waiting[job] is office
    }
    first, second, urgent = (job for job, whose in waiting.items() if whose is office)
    assert places[urgent] < places[first] < places[second]
    # Two turns of theirs come to each of ours.
    assert sum(places[job] <= 6 for job, whose in waiting.items() if whose is sales) == 4

    limit(office, connection, max_running=None)
    office.drain()
    went = [job for (job,) in office.lab.api.sql(EVERYBODY)]
    assert went == sorted(places, key=lambda job: places[job])


def test_ten_thousand_jobs_of_one_team_keep_another_waiting_for_one_place(office: Office) -> None:
    sales = other_team(office)
    connection = office.azure()
    limit(office, connection, max_running=1)
    running = office.submit(office.dataset(), connection_id=connection)
    office.until(running, "running", step_seconds=5)
    waiting = office.submit(office.dataset(), connection_id=connection)
    office.lab.api.sql(MANY, 10_000, waiting)
    mine = sales.submit(sales.dataset(), connection_id=connection)
    told = sales.job(mine)["queue"]
    assert told == {"position": 1, "reason": "1 of 1 running on azure; it is the next."}
    assert office.job(waiting)["queue"]["reason"] == (
        "1 of 1 running on azure; 10000 jobs of yours and 1 of other teams are before it."
    )
    office.finish(running)
    assert office.job(waiting)["status"] == "queued"
    assert sales.until(mine, "running", step_seconds=5)["queue"] is None


def test_a_provider_is_sent_no_more_than_it_takes(office: Office) -> None:
    connection, dataset = office.azure(), office.dataset()
    assert described(office, connection)["max_running"] is None  # three is usual for Azure
    limit(office, connection, max_queued=0)
    jobs = [office.submit(dataset, connection_id=connection) for _ in range(5)]
    for _ in range(4):
        office.pass_time(10)
        office.drain()
    assert len(office.bought(office.resource)) == 3
    assert [office.job(job)["status"] for job in jobs] == ["running"] * 3 + ["queued"] * 2
    assert office.job(jobs[4])["queue"] == {
        "position": 2,
        "reason": "3 of 3 running on azure; 1 job of yours is before it.",
    }
    office.member.post(f"/v1/jobs/{jobs[3]}/cancel")
    assert place(office, jobs[4]) == 1
    limit(office, connection, max_queued=1)  # one more may wait there
    assert office.until(jobs[4], "running", step_seconds=5)["queue"] is None


def test_jobs_that_the_provider_has_not_begun_can_be_limited_too(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset()
    limit(office, connection, max_queued=2)
    jobs = [office.submit(dataset, connection_id=connection) for _ in range(3)]
    office.drain()
    assert office.job(jobs[2])["queue"]["reason"] == "2 of 2 wait on openai to be begun; it is the next."
    office.until(jobs[2], "running", step_seconds=60)
    assert len(office.bought()) == 3


def test_an_orders_place_is_counted_before_the_budget_is_locked(office: Office) -> None:
    connection, dataset = office.openai(), office.dataset()
    asked: list[str] = []
    engine = office.lab.api.app.state.context.database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    office.submit(dataset, connection_id=connection)
    (counted,) = [number for number, statement in enumerate(asked) if "tw_line" in statement]
    locked = [number for number, one in enumerate(asked) if "FROM budgets" in one and "FOR UPDATE" in one]
    assert locked
    assert counted < min(locked)


def described(office: Office, connection_id: str) -> dict[str, Any]:
    return dict(office.lab.api.admin.get(f"/v1/connections/{connection_id}").json())


def test_what_the_previous_release_writes_while_this_one_starts_is_taken(office: Office) -> None:
    api, connection, dataset = office.lab.api, office.openai(), office.dataset()
    limit(office, connection, max_running=0)
    job = office.submit(dataset, connection_id=connection)
    team = {"id": f"team_{'0' * 26}", "name": "new", "created_at": office.job(job)["created_at"]}
    wanted = {"teams": team}
    for table, row_id in (("connections", connection), ("jobs", job)):
        ((wanted[table],),) = api.sql(f"SELECT to_jsonb(t) FROM {table} t WHERE id = %s", row_id)
    for table in ("job_events", "jobs", "turns", "paces", "walks", "connections"):
        api.sql(f"DELETE FROM {table}")
    with psycopg.connect(api.database.app_url) as db:
        db.execute("SELECT set_config('app.organisation', 'on', true)")
        for table, row in wanted.items():
            columns = ", ".join(KNOWN_BEFORE[table].split())
            new = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s)"
            db.execute(new.encode(), [json.dumps(row)])
    assert office.finish(job)["status"] == "succeeded"


def test_a_job_that_comes_back_to_the_queue_stands_in_line_again(office: Office) -> None:
    job = office.submit(office.dataset(), connection_id=office.openai())
    office.step(Task.UPLOAD_FILES)
    office.lab.api.sql("DELETE FROM turns")  # as before there were any
    office.lab.api.sql("UPDATE jobs SET status = 'queued', due_at = tw_now()")
    assert office.until(job, "running", step_seconds=5)["queue"] is None
