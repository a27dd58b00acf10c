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


def test_what_is_pushed_hurries_one_look_is_not_believed_and_its_senders_own_sdk_agrees(office: Office) -> None:
    connection = office.openai(webhook_secrets=[OLD, NEW])
    shown = office.lab.api.admin.get(f"/v1/connections/{connection}")
    assert shown.json()["webhook_secrets_hint"] == "…ZC0=, …dy0="
    assert not any(secret in shown.text for secret in (OLD, NEW))
    job = office.submit(office.dataset())
    at_provider = office.until(job, "running")["provider_job_id"]
    said, before = event(at_provider, "fine_tuning.job.failed"), looks(office)
    for _ in range(2):
        rest(office)
        assert push(office, connection, said, sealed(OLD, said)).status_code == 204
        office.drain()
    rest(office)
    for other in (event("ftjob-of-somebody"), event(at_provider, "batch.completed"), b"[]", b"garbage"):
        assert push(office, connection, other, sealed(NEW, other, f"wh_{len(other)}")).status_code == 204
    office.drain()
    assert looks(office) == before + 1, "twice the same is once; other things, and other people's, are none of ours"
    delivered = delivery(office)
    headers = {name: delivered.headers[name] for name in PASSED_ON}
    sdk = openai.OpenAI(api_key="none", webhook_secret=NEW)
    assert sdk.webhooks.unwrap(delivered.body, headers).type == "fine_tuning.job.succeeded"
    forged = delivered.body.replace(b"succeeded", b"cancelled")
    with pytest.raises(openai.InvalidWebhookSignatureError):
        sdk.webhooks.unwrap(forged, headers)
    assert push(office, connection, forged, headers).status_code == 401
    assert Task.POLL_JOBS not in due(office.lab.context.database)
    assert push(office, connection, delivered.body, headers).status_code == 204
    office.drain()
    assert office.job(job)["status"] == "succeeded", "as the provider tells, and not as was said"
    assert n_kept(office) == 6
    office.pass_time(5 * 86_400)
    assert Task.FORGET_REQUESTS in due(office.lab.context.database)
    while forget_requests(office.lab.context):
        pass
    assert n_kept(office) == 0


def n_kept(office: Office) -> int:
    ((kept,),) = office.lab.api.sql("SELECT count(*) FROM incoming_webhooks")
    return int(kept)


def delivery(office: Office) -> Asked:
    """What the sandbox pushes of the office's job, which is over there while nobody here looks."""
    with wire(says({}, 503), says({}, 204)) as listener:
        switches = {"webhook_url": listener.url, "webhook_secrets": ["whsec_c29tZWJvZHkgZWxzZSdz", NEW]}
        office.lab.sandbox.post(f"/accounts/{office.lab.account}", switches)
        office.lab.sandbox.post("/clock", {"advance_seconds": 4_000})
        delivered = arrived(listener.asked, 2)
        office.lab.sandbox.post(f"/accounts/{office.lab.account}", {"webhook_url": None})
    return delivered


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
