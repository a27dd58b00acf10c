"""Trouble on demand: what goes wrong with which of the next requests. Decided here, done in the exchange."""

from dataclasses import dataclass, field

from sandbox.refusals import Refusal, over_quota, throttled
from sandbox.wire import Call, Dialect, Json, Reply

KINDS = frozenset({
    "throttle", "status", "insufficient_quota", "accept_then_drop", "late_accept", "accept_then_status", "delay",
    "fail_job", "unknown_status", "status_regress", "not_found_once", "request_conflict",
})  # fmt: skip


@dataclass(slots=True)
class Fault:
    """Strikes the next `left` requests that match; None in a filter matches everything."""

    kind: str
    operation: str
    left: int
    account: str | None = None
    dialect: str | None = None
    parameters: Json = field(default_factory=dict)

    def strikes(self, call: Call) -> bool:
        return (
            self.left > 0
            and self.operation in {call.operation, "*"}
            and self.account in {call.account, None}
            and self.dialect in {call.dialect, None}
            and (self.kind != "fail_job" or call.operation == "create_job")
        )


class Faults:
    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def take(self, call: Call) -> Fault | None:
        """The first fault that strikes this request; each request is struck once at most."""
        found = next((fault for fault in self.ordered if fault.strikes(call)), None)
        if found is not None:
            found.left -= 1
        return found


def refusal(fault: Fault, call: Call) -> Refusal | None:
    """The no that comes before anything is done, where the fault is one."""
    if fault.kind == "throttle":
        return throttled(int(fault.parameters.get("retry_after", 1)))
    if fault.kind == "insufficient_quota":
        return over_quota()
    if fault.kind == "request_conflict":
        text = "Another operation is being performed on the parent resource. Please try again later."
        return Refusal(409, text, azure_code="RequestConflict")
    if fault.kind == "not_found_once":
        named = next(iter(call.path.values()), call.operation)
        return Refusal(404, f"Could not find {named}")
    return None


def canned(fault: Fault) -> Reply:
    """The answer that a `status` fault, or an accepted request that is answered wrongly, gives."""
    status = int(fault.parameters.get("status", 503))
    body = fault.parameters.get(
        "body", {"error": {"message": "The server is overloaded.", "type": "server_error", "code": None}}
    )
    headers = fault.parameters.get("headers", {})
    if isinstance(body, str):
        return Reply(body.encode(), status, headers, "text/html")
    return Reply(body, status, headers)


def repaint(fault: Fault, reply: Reply, call: Call) -> Reply:
    """Shows another status than the true one, for one job or every job of a list."""
    first = "pending" if call.dialect is Dialect.AZURE else "queued"
    shown = fault.parameters.get("status", "pausing" if fault.kind == "unknown_status" else first)
    if not isinstance(reply.body, dict):
        return reply
    if "data" in reply.body:
        body = reply.body | {"data": [_repainted(each, shown) for each in reply.body["data"]]}
    else:
        body = _repainted(reply.body, shown)
    return Reply(body, reply.status, reply.headers, reply.media_type)


def _repainted(thing: Json, shown: str) -> Json:
    if thing.get("object") != "fine_tuning.job":
        return thing
    return thing | {"status": shown, "finished_at": None, "fine_tuned_model": None}
