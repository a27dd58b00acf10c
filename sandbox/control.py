"""The test's own door, `/_sandbox`: faults, gates, ledger, request counts, clock, switches. No provider has it."""

import dataclasses
import json
from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import pushing
from sandbox.copying import copy
from sandbox.exchange import Sandbox
from sandbox.faults import KINDS, Fault
from sandbox.gates import POINTS
from sandbox.ledger import ledger
from sandbox.wire import Json

Answer = Callable[[Sandbox, Request, Json], Json]


def routes(sandbox: Sandbox) -> list[Route]:
    answers: tuple[tuple[str, str, Answer], ...] = (
        ("GET", "/_sandbox", _state),
        ("POST", "/_sandbox/faults", _add_fault),
        ("GET", "/_sandbox/faults", _list_faults),
        ("DELETE", "/_sandbox/faults", _clear_faults),
        ("POST", "/_sandbox/gates", _add_gate),
        ("GET", "/_sandbox/gates", _list_gates),
        ("DELETE", "/_sandbox/gates", _open_gates),
        ("POST", "/_sandbox/gates/{id}/release", _release),
        ("GET", "/_sandbox/ledger", _ledger),
        ("GET", "/_sandbox/requests", _requests),
        ("POST", "/_sandbox/clock", _advance),
        ("POST", "/_sandbox/accounts/{account}", _switch),
        ("POST", "/_sandbox/jobs/{id}/copies", _copies),
    )
    return [Route(path, _endpoint(sandbox, answer), methods=[method]) for method, path, answer in answers]


def _endpoint(sandbox: Sandbox, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        pushing.go_on(sandbox)
        try:
            body = json.loads(await request.body() or b"{}")
            return JSONResponse(answer(sandbox, request, body))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 422)

    return endpoint


def _state(sandbox: Sandbox, _request: Request, _body: Json) -> Json:
    clock = sandbox.world.clock
    return {
        "now": clock.now(),
        "opened_on": clock.opened_on.isoformat(),
        "today": clock.today().isoformat(),
        "speed": sandbox.world.speed,
    }


def _add_fault(sandbox: Sandbox, _request: Request, body: Json) -> Json:
    if body["kind"] not in KINDS:
        raise ValueError(f"kind must be one of {sorted(KINDS)}")
    fault = Fault(
        kind=body["kind"],
        operation=body.get("operation", "create_job" if body["kind"] == "fail_job" else "*"),
        left=int(body.get("times", 1)),
        account=body.get("account"),
        dialect=body.get("dialect"),
        parameters=body.get("parameters", {}),
    )
    sandbox.faults.ordered.append(fault)
    return dataclasses.asdict(fault)


def _list_faults(sandbox: Sandbox, _request: Request, _body: Json) -> Json:
    return {"faults": [dataclasses.asdict(fault) for fault in sandbox.faults.ordered]}


def _clear_faults(sandbox: Sandbox, _request: Request, _body: Json) -> Json:
    cleared = len(sandbox.faults.ordered)
    sandbox.faults.ordered.clear()
    return {"cleared": cleared}


def _add_gate(sandbox: Sandbox, _request: Request, body: Json) -> Json:
    if body["point"] not in POINTS:
        raise ValueError(f"point must be one of {POINTS}")
    return dataclasses.asdict(sandbox.gates.add(body["operation"], body["point"], body.get("account")))


def _list_gates(sandbox: Sandbox, _request: Request, _body: Json) -> Json:
    gates = sandbox.gates
    return {
        "gates": [dataclasses.asdict(gate) for gate in gates.gates.values()],
        "waiting": [waiting.shown() for waiting in gates.waiting.values()],
    }


def _open_gates(sandbox: Sandbox, _request: Request, _body: Json) -> Json:
    return {"released": sandbox.gates.open_all()}


def _release(sandbox: Sandbox, request: Request, _body: Json) -> Json:
    return {"released": sandbox.gates.release(request.path_params["id"])}


def _ledger(sandbox: Sandbox, request: Request, _body: Json) -> Json:
    return ledger(sandbox.world, request.query_params.get("account"))


def _requests(sandbox: Sandbox, request: Request, _body: Json) -> Json:
    """Counts per operation. Requests without a valid key stand under the account ''."""
    account = request.query_params.get("account")
    counts: Counter[str] = Counter()
    for (owner, operation), count in sandbox.requests.items():
        if account in {owner, None}:
            counts[operation] += count
    return {"requests": dict(counts), "total": counts.total()}


def _advance(sandbox: Sandbox, request: Request, body: Json) -> Json:
    sandbox.world.advance(float(body["advance_seconds"]))
    return _state(sandbox, request, body)


def _switch(sandbox: Sandbox, request: Request, body: Json) -> Json:
    account = sandbox.world.account(request.path_params["account"])
    account.switches = dataclasses.replace(account.switches, **body)
    sandbox.world.save_account(account)
    return dataclasses.asdict(account.switches)


def _copies(sandbox: Sandbox, request: Request, body: Json) -> Json:
    original = sandbox.world.jobs[request.path_params["id"]]
    lasting = [float(seconds) for seconds in body["lasting_seconds"]]
    return {"jobs": copy(sandbox.world, original, float(body.get("begins_in_seconds", 0)), lasting)}
