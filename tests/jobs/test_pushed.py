"""What OpenAI pushes: taken by its signature alone, once, and good for nothing but an earlier look."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import openai
import pytest

from shared.queue import Task
from tests.support.office import Answer, Office
from tests.support.wire import Asked, says, wire
from worker.requests import forget_requests
from worker.sweeps import due

OLD, NEW = "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC0=", "whsec_bmV3LW5ldy1uZXctbmV3LW5ldy0="
PASSED_ON = ("webhook-id", "webhook-timestamp", "webhook-signature", "content-type")


def sealed(secret: str, body: bytes, webhook_id: str = "wh_1", at: float | None = None) -> dict[str, str]:
    """The headers of a delivery, as the standard says."""
    moment = int(time.time() if at is None else at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{webhook_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(made).decode()}"
    kind = {"content-type": "application/json"}
    return kind | {"webhook-id": webhook_id, "webhook-timestamp": str(moment), "webhook-signature": signature}


def event(job: str, kind: str = "fine_tuning.job.succeeded") -> bytes:
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "created_at": 1, "data": {"id": job}}).encode()


def push(office: Office, connection: str, body: bytes, headers: dict[str, str]) -> Answer:
    return office.lab.api.client().post(f"/v1/provider-webhooks/{connection}", content=body, headers=headers)


def rest(office: Office) -> None:
    """No look is near any more."""
    office.lab.api.sql("UPDATE jobs SET due_at = tw_now() + interval '1 hour'")


def looks(office: Office) -> int:
    asked = office.lab.sandbox.get("/requests", account=office.lab.account)["requests"]
    return int(asked.get("retrieve_job", 0) + asked.get("list_jobs", 0))


def test_what_the_provider_pushes_hurries_the_look_and_its_own_sdk_agrees_about_the_signature(office: Office) -> None:
    connection = office.openai(webhook_secrets=[OLD, NEW])
    shown = office.lab.api.admin.get(f"/v1/connections/{connection}")
    assert shown.json()["webhook_secrets_hint"] == "…ZC0=, …dy0="
    assert not any(secret in shown.text for secret in (OLD, NEW))
    with wire(says({}, 503), says({}, 204)) as listener:
        switches = {"webhook_url": listener.url, "webhook_secrets": ["whsec_c29tZWJvZHkgZWxzZSdz", NEW]}
        office.lab.sandbox.post(f"/accounts/{office.lab.account}", switches)
        job = office.submit(office.dataset())
        office.until(job, "running")
        office.lab.sandbox.post("/clock", {"advance_seconds": 4_000})  # over there, while nobody here looks
        rest(office)
        delivered = arrived(listener.asked, 2)
        office.lab.sandbox.post(f"/accounts/{office.lab.account}", {"webhook_url": None})
    headers = {name: delivered.headers[name] for name in PASSED_ON}
    sdk = openai.OpenAI(api_key="none", webhook_secret=NEW)
    assert sdk.webhooks.unwrap(delivered.body, headers).type == "fine_tuning.job.succeeded"
    with pytest.raises(openai.InvalidWebhookSignatureError):
        sdk.webhooks.unwrap(delivered.body.replace(b"succeeded", b"cancelled"), headers)
    forged = push(office, connection, delivered.body.replace(b"succeeded", b"cancelled"), headers)
    assert (forged.status_code, Task.POLL_JOBS in due(office.lab.context.database)) == (401, False)
    assert push(office, connection, delivered.body, headers).status_code == 204
    assert Task.POLL_JOBS in due(office.lab.context.database)
    office.drain()
    assert office.job(job)["status"] == "succeeded"


def test_what_it_says_is_never_believed_and_counts_once(office: Office) -> None:
    connection = office.openai(webhook_secrets=[NEW])
    job = office.job(office.submit(office.dataset()))
    running = office.until(job["id"], "running")
    body = event(running["provider_job_id"], "fine_tuning.job.failed")
    before = looks(office)
    for _ in range(2):
        rest(office)
        assert push(office, connection, body, sealed(NEW, body)).status_code == 204
        office.drain()
    assert looks(office) == before + 1
    rest(office)
    for other in (event("ftjob-of-somebody"), event(running["provider_job_id"], "batch.completed"), b"[]", b"garbage"):
        assert push(office, connection, other, sealed(NEW, other, f"wh_{len(other)}")).status_code == 204
    office.drain()
    assert looks(office) == before + 1, "other things, and other people's, are none of ours"
    assert office.job(job["id"])["status"] == "running", "whatever was said"
    ((kept,),) = office.lab.api.sql("SELECT count(*) FROM incoming_webhooks")
    office.pass_time(5 * 86_400)
    assert Task.FORGET_REQUESTS in due(office.lab.context.database)
    while forget_requests(office.lab.context):
        pass
    ((left,),) = office.lab.api.sql("SELECT count(*) FROM incoming_webhooks")
    assert (kept, left) == (5, 0)


def test_a_stranger_is_told_the_same_whatever_is_wrong(office: Office) -> None:
    connection, silent = office.openai(webhook_secrets=[NEW]), office.azure()
    body = event("ftjob-1")
    wrong: list[tuple[str, dict[str, Any]]] = [
        (connection, sealed(OLD, body)),
        (connection, sealed(NEW, body, at=time.time() - 400)),
        (connection, sealed(NEW, body, at=time.time() + 400)),
        (connection, sealed(NEW, body) | {"webhook-signature": "v1,not-base-64"}),
        (silent, sealed(NEW, body)),
        ("conn_01h455vb4pex5vsknk084sn02q", sealed(NEW, body)),
    ]
    answers = [push(office, target, body, headers) for target, headers in wrong]
    told = {one.text for one in answers}
    assert ({one.status_code for one in answers}, len(told)) == ({401}, 1)
    large = b"x" * 64_001
    assert push(office, connection, large, sealed(NEW, large)).status_code == 413
    refused = office.lab.api.admin.patch(f"/v1/connections/{silent}", json={"webhook_secrets": [NEW]})
    assert refused.json()["errors"][0]["pointer"] == "/webhook_secrets"
    office.lab.api.admin.patch(f"/v1/connections/{connection}", json={"webhook_secrets": []})
    assert push(office, connection, body, sealed(NEW, body)).status_code == 401


def arrived(asked: list[Asked], n_deliveries: int) -> Asked:
    """The last of so many deliveries: one that is not taken comes again."""
    until = time.monotonic() + 20
    while len(asked) < n_deliveries:
        assert time.monotonic() < until, "nothing was pushed"
        time.sleep(0.02)
    first, last = asked[0], asked[-1]
    assert first.headers["webhook-id"] == last.headers["webhook-id"]
    return last
