"""Files that are too large for one request: sent in parts, gone on with from what was acknowledged, and still bought once."""

from typing import Any

from shared.queue import Task
from tests.support.office import Office

WANTED = {"max_request_bytes": 100_000}
N_PARTS = 3


def large(office: Office) -> str:
    asked = [f"Which label has ticket {at}? " + "It is long. " * 200 for at in range(100)]
    rows = [[{"role": "user", "content": one}, {"role": "assistant", "content": "billing"}] for one in asked]
    return office.dataset([{"messages": row} for row in rows])


def requests(office: Office) -> dict[str, int]:
    asked = office.lab.sandbox.get("/requests", account=office.lab.account)["requests"]
    return {
        name: asked.get(name, 0)
        for name in ("upload_file", "begin_upload", "send_part", "complete_upload", "cancel_upload")
    }


def test_a_large_file_goes_in_parts_begins_anew_when_it_has_expired_and_is_bought_once(office: Office) -> None:
    office.openai(**WANTED)
    dataset = large(office)
    size = office.look(f"/datasets/{dataset}")["examples_bytes"]
    assert 2 * WANTED["max_request_bytes"] < size < N_PARTS * WANTED["max_request_bytes"]
    job = office.submit(dataset)
    office.fault("status", "send_part", status=503)
    office.step(Task.UPLOAD_FILES)
    assert office.lab.api.sql("SELECT sending #> '{training,part_ids}' FROM jobs") == [([],)]
    office.lab.sandbox.post("/clock", {"advance_seconds": 3_700})
    office.pass_time(5)
    office.fault("delay", "send_part", times=2, seconds=0)
    office.fault("status", "send_part", status=503)
    office.step(Task.UPLOAD_FILES)
    office.fault("accept_then_drop", "complete_upload")
    office.until(job, "running")
    seen = requests(office)
    assert (seen["upload_file"], seen["begin_upload"], len(office.bought())) == (0, 2, 1)
    refused, expired = 2, 1
    assert seen["send_part"] == N_PARTS + refused + expired, "what was acknowledged is not sent again"
    assert seen["complete_upload"] == 1, "its answer was lost, and the file was found"


def test_what_may_not_go_there_any_more_stops_between_two_parts(office: Office) -> None:
    office.openai(**WANTED)
    dataset = large(office)
    job = office.submit(dataset)
    office.fault("status", "send_part", status=503)
    office.step(Task.UPLOAD_FILES)
    bound: dict[str, Any] = {"connections": None, "regions": ["swedencentral"]}
    assert office.lab.lead.put(f"/v1/datasets/{dataset}/routing", json=bound).status_code == 200
    ended = office.finish(job)
    assert (ended["status"], ended["reason_code"]) == ("failed", "barred")
    seen = requests(office)
    assert (seen["send_part"], seen["complete_upload"], seen["cancel_upload"]) == (1, 0, 1)


def test_a_file_that_never_gets_there_in_time_is_given_up(office: Office) -> None:
    office.openai(**WANTED)
    job = office.submit(large(office))
    for attempt in range(3):
        if attempt:  # the part for which the last upload was too old
            office.fault("delay", "send_part", seconds=0)
        office.fault("status", "send_part", status=503)
        office.step(Task.UPLOAD_FILES)
        office.lab.sandbox.post("/clock", {"advance_seconds": 3_700})
        office.pass_time(60)
    ended = office.finish(job)
    assert (ended["status"], ended["reason_code"]) == ("failed", "upload_expired")
    assert requests(office)["begin_upload"] == 3
    assert office.bought() == []
