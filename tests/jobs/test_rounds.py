"""Many jobs of one account are looked at together: cheaply, within what may be asked, and none of them the worse for it."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from shared.db import renew
from shared.jobs.following.looking import Look, record_look
from shared.jobs.scheduling.rounds import Round, any_round, record_unchanged, take_round
from shared.jobs.scheduling.taking import any_due
from shared.jobs.tables import Job
from shared.providers import open_provider
from shared.providers.base import Access, ProviderJob, StillRunning
from shared.queue import Task
from tests.support.crowd import crowd
from tests.support.office import Office
from worker.jobs.several import Several
from worker.meter import Meter

LONG = 5_000.0
REFUSED = {
    "error": {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
}


def running(office: Office, **limits: int) -> tuple[str, str]:
    """A connection, and a job that runs there."""
    connection = office.openai()
    job_id = office.submit(office.dataset(), connection_id=connection)
    office.until(job_id, "running", step_seconds=5)
    changed = office.lab.api.admin.patch(f"/v1/connections/{connection}", json=limits)
    assert changed.status_code == 200, changed.text
    office.drain()
    return connection, job_id


def asked(office: Office) -> Counter[str]:
    """Requests that arrived until now, by operation."""
    return Counter(office.lab.sandbox.get("/requests", account=office.lab.account)["requests"])


def work(office: Office) -> None:
    """Everything that is due of jobs at their provider."""
    while any([office.step(Task.POLL_JOBS), office.step(Task.CLEAN_UP_JOBS)]):
        pass


def statuses(office: Office) -> Counter[str]:
    return Counter(dict(office.lab.api.sql("SELECT id, status FROM jobs")).values())


def test_a_hundred_jobs_cost_a_page_or_two(office: Office) -> None:
    _, job_id = running(office)
    jobs = crowd(office, job_id, [LONG] * 105)
    office.lab.api.sql("UPDATE jobs SET events_at = tw_now(), watched_at = NULL")
    before = asked(office)
    assert office.step(Task.POLL_JOBS)
    assert asked(office) - before == {"list_jobs": 2}
    fresh = office.lab.api.sql("SELECT count(*) FROM jobs WHERE due_at > tw_now() AND claim_token IS NULL")
    assert fresh == [(len(jobs) + 1,)]


def test_who_is_not_on_the_list_is_asked_for_alone(office: Office) -> None:
    _, job_id = running(office)
    *_, gone = crowd(office, job_id, [LONG] * 9)
    office.lab.api.sql("UPDATE jobs SET provider_job_id = 'ftjob-gone' WHERE id = %s", gone)
    office.lab.api.sql("UPDATE jobs SET events_at = tw_now(), watched_at = NULL, due_at = tw_now()")
    office.fault("status", "list_jobs", status=200, body={"object": "list", "data": [], "has_more": False})
    before = asked(office)
    office.step(Task.POLL_JOBS)
    assert asked(office) - before == {"list_jobs": 1, "retrieve_job": 10}
    assert office.job(gone)["reason_code"] == "provider_lost_job"
    assert statuses(office) == {"running": 10}


def test_outages_do_not_count_as_not_being_known(office: Office) -> None:
    _, job_id = running(office)
    office.lab.api.sql("UPDATE jobs SET attempts = 1000, due_at = tw_now()")
    for missed in (1, 2, 0):
        if missed:
            office.fault("status", "retrieve_job", status=404, body={"error": {"message": "No such job"}})
        office.pass_time(31)
        office.step(Task.POLL_JOBS)
        assert office.job(job_id)["status"] == "running"
        assert office.lab.api.sql("SELECT missed FROM jobs") == [(missed,)]


@pytest.mark.parametrize("kind", ["unknown_status", "status_regress", "throttle", "garbage"])
def test_a_list_that_says_odd_things_changes_nothing(office: Office, kind: str) -> None:
    _, job_id = running(office)
    jobs = crowd(office, job_id, [30.0] * 6)
    more: dict[str, Any] = {"answer": "garbage"} if kind == "garbage" else {}
    office.fault("accept_then_status" if kind == "garbage" else kind, "list_jobs", times=2, **more)
    for _ in range(4):
        office.pass_time(20)
        work(office)
    assert statuses(office) == {"succeeded": len(jobs), "running": 1}
    assert len(office.bought()) == 1 + len(jobs)


def test_of_a_list_that_is_too_long_as_much_is_read_as_may_be(office: Office) -> None:
    _, job_id = running(office, max_requests_per_minute=12)
    crowd(office, job_id, [LONG] * 300)
    office.lab.api.sql("UPDATE jobs SET events_at = tw_now(), watched_at = NULL, due_at = tw_now()")
    office.lab.api.sql("UPDATE paces SET allowance = 3, drawn_at = tw_now()")
    before = asked(office)
    assert office.step(Task.POLL_JOBS)
    assert asked(office) - before == {"list_jobs": 1, "retrieve_job": 2}
    assert office.lab.api.sql("SELECT count(*) >= 100 FROM jobs WHERE due_at > tw_now()") == [(True,)]


def test_orders_leave_a_round_that_is_due_what_it_needs(office: Office) -> None:
    connection, job_id = running(office)
    crowd(office, job_id, [LONG] * 200)
    office.submit(office.dataset(name="another"), connection_id=connection)
    office.lab.api.sql("UPDATE jobs SET due_at = tw_now() WHERE status = 'running'")
    office.lab.api.sql("UPDATE paces SET allowance = 5, drawn_at = tw_now() + interval '9 seconds'")
    office.pass_time(9)
    with office.lab.transaction() as db:
        assert not any_due(db, Task.UPLOAD_FILES)
        assert any_round(db)
    office.lab.api.sql("UPDATE jobs SET due_at = tw_now() + interval '1 minute' WHERE status = 'running'")
    with office.lab.transaction() as db:
        assert any_due(db, Task.UPLOAD_FILES)


def test_tidying_up_has_some_seconds_of_each_minute(office: Office) -> None:
    connection = office.openai()
    job_id = office.submit(office.dataset(), connection_id=connection)
    office.until(job_id, "running")
    office.pass_time(10_000)
    while office.step(Task.POLL_JOBS):
        pass
    assert office.job(job_id)["status"] == "succeeded"
    office.lab.api.sql("UPDATE paces SET rounds_from = tw_now() + interval '1 day'")
    went = []
    for _ in range(14):
        office.pass_time(5)
        with office.lab.transaction() as db:
            went.append(any_due(db, Task.CLEAN_UP_JOBS))
    assert 1 <= sum(went) <= 4


def test_a_round_whose_time_is_over_sends_nothing_more_and_blames_nobody(office: Office) -> None:
    meter = Meter(50, seconds=0)
    provider = open_provider(
        "openai", Access(f"{office.lab.sandbox.url}/v1", office.lab.account, timeout_seconds=5, on_request=meter)
    )
    several = Several(meter, seconds=5)
    before = asked(office)
    assert list(several.each(["ftjob-1", "ftjob-2"], provider.job, requests=1)) == []
    provider.close()
    assert (several.trouble, meter.asked, meter.closed) == (None, 0, True)
    assert asked(office) == before


def test_what_ends_is_told_whole_whoever_watched(office: Office) -> None:
    _, job_id = running(office)
    jobs = crowd(office, job_id, [20.0] * 8)
    assert office.job(jobs[0])["status"] == "running"
    office.pass_time(40)
    for _ in range(4):
        work(office)
        office.pass_time(16)
    ends = Counter(dict(office.lab.api.sql("SELECT id, status FROM jobs")).values())
    assert ends == {"succeeded": 8, "running": 1}
    counted = "SELECT count(*) FROM {} WHERE job_id <> %s GROUP BY job_id"
    for table in ("job_metrics", "job_checkpoints", "job_events"):
        rows = office.lab.api.sql(counted.format(table), job_id)
        assert len(rows) == 8, table
        assert len(set(rows)) == 1, table


def test_no_more_is_asked_in_a_minute_than_may_be(office: Office) -> None:
    _, job_id = running(office, max_requests_per_minute=40)
    jobs = crowd(office, job_id, [20.0] * 20)
    office.pass_time(60)
    in_minutes = []
    before = asked(office).total()
    for _ in range(8):
        for _ in range(6):
            work(office)
            office.pass_time(10)
        now = asked(office).total()
        in_minutes.append(now - before)
        before = now
        if statuses(office)["succeeded"] == len(jobs):
            break
    assert statuses(office)["succeeded"] == len(jobs)
    assert max(in_minutes) <= 40
    assert in_minutes[0] >= 25


def test_who_is_watched_is_asked_about_first(office: Office) -> None:
    _, job_id = running(office, max_requests_per_minute=40)
    jobs = crowd(office, job_id, [2_000.0] * 12)
    office.pass_time(1_000)
    watched = jobs[-1]
    office.job(watched)
    for _ in range(2):
        work(office)
        office.pass_time(5)
    read = {job for (job,) in office.lab.api.sql("SELECT DISTINCT job_id FROM job_metrics")}
    assert watched in read
    assert office.job(watched)["progress"]["step"] > 0
    assert len(read) < len(jobs)


def test_a_revoked_credential_is_tried_every_five_minutes_and_all_go_on_with_a_new_one(office: Office) -> None:
    connection, job_id = running(office)
    crowd(office, job_id, [3_000.0] * 8)
    for operation in ("list_jobs", "retrieve_job", "events"):
        office.fault("status", operation, times=1_000, status=401, body=REFUSED)
    before = asked(office)
    for _ in range(12):
        work(office)
        office.pass_time(75)
    of_jobs = asked(office) - before
    assert 3 <= of_jobs.total() <= 4
    why = Counter(dict(office.lab.api.sql("SELECT id, reason_code FROM jobs")).values())
    assert why == {"credential_refused": 9}
    assert statuses(office) == {"running": 9}

    office.lab.sandbox.http.delete("/_sandbox/faults")
    renewed = {"credential": office.lab.account}
    assert office.lab.api.admin.patch(f"/v1/connections/{connection}", json=renewed).status_code == 200
    work(office)
    office.pass_time(40)
    work(office)
    assert office.lab.api.sql("SELECT id FROM jobs WHERE reason_code = 'credential_refused'") == []


def test_a_round_whose_claims_ran_out_writes_nothing(office: Office) -> None:
    _, job_id = running(office)
    crowd(office, job_id, [10.0] * 5)
    office.pass_time(20)
    late = taken(office)
    office.pass_time(16)
    for _ in range(3):
        work(office)
        office.pass_time(10)
    assert statuses(office)["succeeded"] == 5
    before = office.lab.api.sql("SELECT to_jsonb(j) FROM jobs j ORDER BY id")
    provider = open_provider("openai", Access(f"{office.lab.sandbox.url}/v1", office.lab.account))
    for job in late.jobs:
        seen = provider.job(str(job.provider_job_id))
        assert seen is not None
        with office.lab.transaction() as db:
            record_look(db, late.work(job), Look(seen), next_seconds=1)
            record_unchanged(db, late, {1.0: [job.id]})
    provider.close()
    assert office.lab.api.sql("SELECT to_jsonb(j) FROM jobs j ORDER BY id") == before


@pytest.mark.parametrize("how", ["quietly", "with a story"])
def test_who_is_cancelled_during_a_round_is_due_at_once(office: Office, how: str) -> None:
    _, job_id = running(office)
    office.pass_time(31)
    late = taken(office)
    (job,) = late.jobs
    assert office.member.post(f"/v1/jobs/{job_id}/cancel").status_code == 202
    with office.lab.transaction() as db:
        if how == "quietly":
            record_unchanged(db, late, {30.0: [job.id]})
        else:
            seen = ProviderJob(str(job.provider_job_id), "running", StillRunning(), str(job.training_file_id))
            record_look(db, late.work(job), Look(seen), next_seconds=30)
    assert office.lab.api.sql("SELECT due_at <= tw_now(), claim_token FROM jobs") == [(True, None)]


def test_a_heartbeat_waits_for_nobody_and_keeps_its_claims(office: Office) -> None:
    _, job_id = running(office)
    crowd(office, job_id, [LONG] * 3)
    office.pass_time(31)
    late = taken(office)
    first, *others = ids = [job.id for job in late.jobs]
    office.pass_time(10)
    until = "SELECT id FROM jobs WHERE claimed_until > tw_now() + interval '10 seconds'"
    with office.lab.transaction() as writing, office.lab.transaction() as beating:
        writing.get_one(Job, first, with_for_update=True)
        beating.execute(text("SET LOCAL lock_timeout = '1s'"))
        assert renew(beating, Job, ids, late.token)
        assert renew(beating, Job, [first], late.token)
        assert not renew(beating, Job, ids, "another")
    assert {found for (found,) in office.lab.api.sql(until)} == set(others)


def taken(office: Office) -> Round:
    with office.lab.transaction() as db:
        found = take_round(db)
    assert found is not None
    return found


@pytest.mark.parametrize("stands", ["uploading", "cancelling"])
def test_a_long_upload_holds_up_no_looks_when_the_connection_has_failed(office: Office, stands: str) -> None:
    connection, job_id = running(office)
    sending = office.submit(office.dataset(name="large"), connection_id=connection)
    office.lab.api.sql(
        "UPDATE jobs SET status = %s, claim_token = 'x', claimed_until = tw_now() + interval '1 hour' WHERE id = %s",
        stands,
        sending,
    )
    office.lab.api.sql("UPDATE connections SET failures = 1")
    office.lab.api.sql("UPDATE jobs SET due_at = tw_now() WHERE id = %s", job_id)
    assert office.step(Task.POLL_JOBS)
    assert office.lab.api.sql("SELECT failures FROM connections") == [(0,)]


def test_how_late_jobs_are_looked_at_is_told(office: Office) -> None:
    connection, job_id = running(office)
    crowd(office, job_id, [LONG] * 5)
    office.pass_time(12)
    office.drain()
    lag = office.lab.api.admin.get(f"/v1/connections/{connection}").json()["poll_lag_seconds"]
    assert 10 <= lag["p50"] <= lag["p99"] <= 20
    office.pass_time(700)
    assert office.lab.api.admin.get(f"/v1/connections/{connection}").json()["poll_lag_seconds"] is None
