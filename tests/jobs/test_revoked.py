"""A credential that is revoked while jobs run: they wait, the account is hardly asked, and after the mending all go on."""

import uuid
from collections.abc import Iterator

import pytest

from tests.sandbox.server import Running
from tests.support.api import Api
from tests.support.workshop import Workshop, workshop_on

REFUSAL = {
    "error": {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
}
FOR_GOOD = 10**6


@pytest.fixture
def workshop(api: Api, patient: Running) -> Iterator[Workshop]:
    """On a provider whose jobs go on for as long as a test likes."""
    with workshop_on(api, patient.url, "openai") as made:
        yield made


def revoke(workshop: Workshop) -> None:
    workshop.fault("*", "status", times=FOR_GOOD, status=401, body=REFUSAL)


def asked(workshop: Workshop) -> int:
    return sum(workshop.sandbox.requests(workshop.account).values())


def told(workshop: Workshop) -> list[tuple[str, str | None]]:
    return workshop.api.sql("SELECT subject, team_id FROM outbox WHERE kind = 'connection.unhealthy'")


def statuses(workshop: Workshop, jobs: list[str]) -> set[str]:
    return {workshop.job(job_id)["status"] for job_id in jobs}


def test_jobs_wait_for_a_revoked_credential_and_all_go_on_after_the_mending(
    workshop: Workshop, patient: Running
) -> None:
    jobs = [workshop.submit() for _ in range(3)]
    workshop.drain()
    revoke(workshop)
    before = asked(workshop)
    for _ in range(60):
        workshop.pass_time(60)
        workshop.drain()
    assert asked(workshop) - before <= 12 + 1, "an hour of one probe in five minutes"
    assert statuses(workshop, jobs) == {"running"}
    assert {workshop.job(job_id)["reason_code"] for job_id in jobs} >= {"credential_refused"}
    assert told(workshop) == [(workshop.connection_id, None)], "once, however long it lasts"
    seen = workshop.api.admin.get(f"/v1/connections/{workshop.connection_id}").json()
    assert (seen["health"], seen["outage_since"] is None) == ("unhealthy", False)
    workshop.sandbox.mend()
    patient.post("/clock", {"advance_seconds": 3_600})
    workshop.pass_time(300)
    assert [workshop.until_over(job_id)["status"] for job_id in jobs] == ["succeeded"] * 3
    healed = workshop.api.admin.get(f"/v1/connections/{workshop.connection_id}").json()
    assert (healed["health"], healed["outage_since"]) == ("healthy", None)
    workshop.check_books()


def test_a_new_credential_ends_the_wait_at_once_and_the_next_outage_is_told_again(workshop: Workshop) -> None:
    job_id = workshop.submit()
    workshop.drain()
    revoke(workshop)
    workshop.pass_time(10)
    workshop.drain()
    assert len(told(workshop)) == 1
    workshop.sandbox.mend()
    renewed = {"credential": workshop.access.credential}
    workshop.api.admin.patch(f"/v1/connections/{workshop.connection_id}", json=renewed)
    workshop.pass_time(3)
    workshop.drain()
    assert workshop.job(job_id)["reason_code"] != "credential_refused"
    revoke(workshop)
    workshop.pass_time(900)
    workshop.drain()
    assert len(told(workshop)) == 2


def test_a_credential_that_never_worked_is_told_once(workshop: Workshop) -> None:
    wrong = {"name": "wrong", "provider": "openai", "base_url": workshop.access.base_url}
    made = workshop.api.admin.post("/v1/connections", json=wrong | {"credential": f"sk-revoked-{uuid.uuid4().hex}"})
    for _ in range(3):
        workshop.drain()
        workshop.pass_time(301)
    workshop.api.admin.post(f"/v1/connections/{made.json()['id']}/check")
    assert [subject for subject, _ in told(workshop)] == [made.json()["id"]]
