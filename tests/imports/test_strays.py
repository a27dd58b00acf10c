"""Jobs on our account that no job of ours is about: bought twice, somebody else's, or forgotten by the database."""

import io
from decimal import Decimal
from typing import Any

from shared import ids
from shared.ids import JobId, TeamId
from shared.jobs.tags import Tag
from shared.providers import open_provider
from shared.providers.base import Access, Provider, ProviderJob, TrainingOrder
from shared.queue import Task
from tests.imports.past import content
from tests.support.office import MODEL, Office
from tests.support.restoring import put_back, remember


def account_at(office: Office, kind: str) -> Provider:
    url = office.lab.sandbox.url
    if kind == "openai":
        return open_provider("openai", Access(f"{url}/v1", office.lab.account))
    return open_provider("azure", Access(f"{url}/azure/{office.resource}", f"az-sandbox-{office.resource}"))


def bought_past(office: Office, kind: str, tag: Tag | None) -> ProviderJob:
    """A job that was ordered with a tag, or with none, and not by this service."""
    provider = account_at(office, kind)
    file = provider.upload(tag.file_name("training") if tag else "mine.jsonl", io.BytesIO(content()))
    while not file.ready:
        office.pass_time(5)
        file = provider.file(file.id) or file
    job = provider.create_job(TrainingOrder(MODEL, "supervised", file.id, tag=str(tag) if tag else ""))
    provider.close()
    return job


def tag_of(office: Office, job_id: str, installation: str | None = None) -> Tag:
    ((team_id,),) = office.lab.api.sql("SELECT team_id FROM jobs WHERE id = %s", job_id)
    return Tag(installation or office.lab.context.installation, team_id, office.job(job_id)["id"], 1)


def strays(office: Office, connection_id: str) -> list[dict[str, Any]]:
    return list(office.lab.api.admin.get(f"/v1/connections/{connection_id}/foreign-jobs").json()["data"])


def walk(office: Office) -> None:
    """Every connection's list is looked through now."""
    office.lab.api.sql("UPDATE walks SET due_at = tw_now() RETURNING id")
    office.step(Task.FIND_STRAYS)


def told(office: Office) -> list[tuple[str, str]]:
    rows = office.lab.api.sql("SELECT payload FROM outbox WHERE kind = 'connection.stray_job' ORDER BY id")
    return [(payload["stray"], payload["provider_job_id"]) for (payload,) in rows]


def test_a_duplicate_is_stopped_within_one_poll_and_stands_in_the_ledger(office: Office) -> None:
    connection_id = office.azure()
    job_id = office.submit(office.dataset(), connection_id=connection_id)
    office.until(job_id, "running")
    second = bought_past(office, "azure", tag_of(office, job_id))
    office.pass_time(30)
    office.drain()
    status = {one["id"]: one["status"] for one in office.bought(office.resource)}
    assert status[second.id] == "cancelled"
    assert office.job(job_id)["status"] == "running", "the first one goes on"
    assert told(office) == [("duplicate", second.id)]
    office.finish(job_id)
    office.pass_time(60)
    office.drain()
    (stray,) = strays(office, connection_id)
    assert (stray["kind"], stray["job_id"], stray["provider_status"]) == ("duplicate", job_id, "cancelled")
    owed = sum(Decimal(one["amount_usd"]) for one in office.bought(office.resource))
    assert Decimal(office.look("/spend")["total"]) == owed
    assert any(second.id in one["message"] for one in office.events(job_id))


def test_a_duplicate_that_has_trained_is_charged_what_it_did(office: Office) -> None:
    connection_id = office.openai()
    job_id = office.submit(office.dataset(), connection_id=connection_id)
    office.finish(job_id)
    second = bought_past(office, "openai", tag_of(office, job_id))
    office.pass_time(600)
    office.drain()
    bought = {one["id"]: Decimal(one["amount_usd"]) for one in office.bought()}
    (stray,) = strays(office, connection_id)
    assert Decimal(stray["charged"]) == bought[second.id] > 0
    assert Decimal(office.look("/spend")["total"]) == sum(bought.values())


def test_a_duplicate_that_is_not_found_or_not_stopped_at_first_is_stopped_with_the_others(office: Office) -> None:
    connection_id = office.openai()
    job_id = office.submit(office.dataset(), connection_id=connection_id)
    office.until(job_id, "running")
    repeated = {bought_past(office, "openai", tag_of(office, job_id)).id for _ in range(3)}
    office.fault("not_found_once", "retrieve_job")
    office.fault("status", "cancel_job", status=400, body={"error": {"message": "Not allowed.", "code": None}})
    walk(office)
    assert [one["status"] for one in office.bought() if one["id"] in repeated].count("cancelled") == 2
    office.pass_time(35)
    walk(office)
    assert {one["status"] for one in office.bought() if one["id"] in repeated} == {"cancelled"}
    assert {one["provider_status"] for one in strays(office, connection_id)} == {"cancelled"}


def test_a_bill_that_is_stated_late_is_waited_for_and_a_late_order_without_its_file_is_ours(office: Office) -> None:
    """On this provider only files tell whose an order is, and only the log tells what it costs."""
    connection_id = office.azure()
    job_id = office.submit(office.dataset(), connection_id=connection_id)
    office.member.post(f"/v1/jobs/{job_id}/cancel")
    office.drain()
    late = bought_past(office, "azure", tag_of(office, job_id))
    files = "UPDATE jobs SET superseded_file_ids = to_jsonb(ARRAY[%s]) WHERE id = %s RETURNING id"
    office.lab.api.sql(files, late.training_file_id, job_id)
    provider = account_at(office, "azure")
    provider.delete_file(late.training_file_id)
    other = office.lab.api.team("sales")["id"]
    body = {"connection_id": connection_id, "team_id": other, "all": True}
    assert office.lab.api.admin.post("/v1/imports", json=body).status_code == 202
    office.step(Task.IMPORT_JOBS)
    assert office.lab.api.sql("SELECT id FROM jobs WHERE team_id = %s", other) == []

    office.pass_time(400)
    steps = [event for event in provider.events(late.id, ()) if event.metrics]
    provider.close()
    assert steps, "it trains"
    line = {"id": "ftevent-1", "created_at": 1, "message": "Step 10", "data": {"step": 10}}
    hidden = {"status": 200, "body": {"object": "list", "data": [line], "has_more": False}}
    fault = {"kind": "status", "operation": "events", "times": 1, "parameters": hidden}
    office.lab.sandbox.post("/faults", fault | {"account": office.resource})
    walk(office)
    assert [(one["kind"], one["job_id"], one["charged"]) for one in strays(office, connection_id)] == [
        ("duplicate", job_id, None)
    ]
    office.pass_time(35)
    walk(office)
    (bought,) = office.bought(office.resource)
    assert bought["status"] == "cancelled"
    assert Decimal(office.look("/spend")["total"]) * 1_000_000 == 2 * bought["billed_tokens"] > 0


def test_what_is_not_ours_is_told_once_left_alone_and_can_be_imported(office: Office) -> None:
    connection_id = office.openai()
    earlier = bought_past(office, "openai", None)
    office.pass_time(60)
    office.drain()
    summary = "SELECT payload -> 'counts' FROM outbox WHERE kind = 'connection.stray_jobs'"
    assert office.lab.api.sql(summary) == [({"foreign": 1},)]
    team = office.lab.team_id
    others = Tag("ffffffff", TeamId(team), JobId(ids.new("job")), 1)
    foreign, other = bought_past(office, "openai", None), bought_past(office, "openai", others)
    for _ in range(2):
        office.pass_time(3700)
        office.drain()
    assert {one["provider_job_id"]: one["kind"] for one in strays(office, connection_id)} == {
        earlier.id: "foreign",
        foreign.id: "foreign",
        other.id: "other_installation",
    }
    assert sorted(told(office)) == sorted([("foreign", foreign.id), ("other_installation", other.id)])
    assert {one["status"] for one in office.bought()} == {"succeeded"}
    assert office.member.get(f"/v1/connections/{connection_id}/foreign-jobs").status_code == 403
    shown = {one["provider_job_id"]: one for one in strays(office, connection_id)}[foreign.id]
    assert Decimal(shown["estimated_cost"]) == Decimal(office.bought()[0]["amount_usd"])

    body = {"connection_id": connection_id, "team_id": team, "jobs": [foreign.id]}
    assert office.lab.api.admin.post("/v1/imports", json=body).status_code == 202
    office.drain()
    shown = {one["provider_job_id"]: one for one in strays(office, connection_id)}[foreign.id]
    assert office.job(shown["job_id"])["status"] == "succeeded"


def test_what_was_over_when_it_came_here_takes_no_place(office: Office) -> None:
    connection_id, dataset_id = office.openai(max_running=1), office.dataset()
    bought_past(office, "openai", None)
    office.pass_time(7200)
    body = {"connection_id": connection_id, "team_id": office.lab.team_id, "all": True}
    office.lab.api.admin.post("/v1/imports", json=body)
    office.step(Task.IMPORT_JOBS)
    job_id = office.submit(dataset_id, connection_id=connection_id)
    assert office.job(job_id)["queue"]["reason"] == "openai has a place; it is the next."
    assert office.step(Task.UPLOAD_FILES)


def test_a_database_put_back_by_an_hour_adopts_everything_and_buys_nothing_again(office: Office) -> None:
    """One provider carries our tags; of the other only files tell, which are deleted when a job is over."""
    connections, dataset_id = [office.openai(), office.azure()], office.dataset()
    queued = [office.submit(dataset_id, connection_id=one) for one in connections]
    remember(office.lab.api.database.owner_url)
    office.finish(queued[0])
    office.finish(queued[1])
    lost = [office.submit(dataset_id, connection_id=one) for one in connections]
    office.finish(lost[0])
    office.finish(lost[1])
    running = [office.submit(dataset_id, connection_id=one) for one in connections]
    office.until(running[1], "running")

    put_back(office.lab.api.database.owner_url)
    office.drain()
    office.pass_time(60)
    office.drain()
    jobs = [office.finish(job_id) for job_id in (*queued, *lost, *running)]
    assert [job["status"] for job in jobs] == ["succeeded"] * 6
    assert [job["origin"] for job in jobs] == ["ordered"] * 2 + ["restored"] * 4
    bought = office.bought() + office.bought(office.resource)
    assert len(bought) == 6
    assert len(office.look("/models")["data"]) == 6
    assert Decimal(office.look("/spend")["total"]) == sum(Decimal(one["amount_usd"]) for one in bought)
