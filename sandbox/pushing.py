"""Webhooks: what ends is pushed to whoever an account has named, as Standard Webhooks, and again until it is taken.

Begun by the first request, since what was stored may have been owed before; asleep while no account has named anybody.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time

import httpx2

from sandbox.exchange import Sandbox
from sandbox.progress import TERMINAL
from sandbox.records import Job, Switches
from sandbox.world import World

_EVERY_SECONDS = 0.05
_REST_SECONDS = 0.5
"""After one that was not taken."""
_PREFIX = "whsec_"


def go_on(sandbox: Sandbox) -> None:
    """See that what is owed is pushed."""
    named = any(account.switches.webhook_url for account in sandbox.world.accounts.values())
    if named and sandbox.pusher is None:
        sandbox.pusher = asyncio.create_task(_push(sandbox))


async def _push(sandbox: Sandbox) -> None:
    while True:
        for job, switches in _owed(sandbox.world):
            if await asyncio.to_thread(_is_taken, job, sandbox.world.progress(job).status, switches):
                job.is_told = True
                sandbox.world.save_job(job)
            else:
                await asyncio.sleep(_REST_SECONDS)
        await asyncio.sleep(_EVERY_SECONDS)


def _owed(world: World) -> list[tuple[Job, Switches]]:
    return [
        (job, account.switches)
        for account in list(world.accounts.values())
        if account.switches.webhook_url
        for job in world.jobs_of(account.name)
        if not job.is_told and world.progress(job).status in TERMINAL
    ]


def _is_taken(job: Job, status: str, switches: Switches) -> bool:
    """The stamp is that of the real clock, by which whoever takes it judges."""
    now = int(time.time())
    event = {"id": f"evt_{job.id}", "object": "event", "created_at": now, "type": f"fine_tuning.job.{status}"}
    body = json.dumps(event | {"data": {"id": job.id}}).encode()
    signed = f"wh_{job.id}.{now}.".encode() + body
    headers = {
        "content-type": "application/json",
        "user-agent": "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)",
        "webhook-id": f"wh_{job.id}",
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in switches.webhook_secrets),
    }
    try:
        answer = httpx2.post(str(switches.webhook_url), content=body, headers=headers, timeout=5, trust_env=False)
    except httpx2.HTTPError:
        return False
    return 200 <= answer.status_code < 300


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX)) if secret.startswith(_PREFIX) else secret.encode()
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
