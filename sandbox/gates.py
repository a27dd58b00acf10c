"""Points at which requests can be made to wait, so that a test can kill its caller at exactly that moment."""

import asyncio
import itertools
from dataclasses import dataclass, field

from sandbox.wire import Call, Json

POINTS = ("received", "before_accept", "after_accept", "before_answer")


@dataclass(slots=True)
class Gate:
    id: str
    operation: str
    point: str
    account: str | None

    def stops(self, call: Call, point: str) -> bool:
        return self.point == point and self.operation in {call.operation, "*"} and self.account in {call.account, None}


@dataclass(slots=True)
class Waiting:
    """One request that stands at a gate; `subject` names what it is about."""

    id: str
    gate: Gate
    call: Call
    subject: str
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def shown(self) -> Json:
        return {
            "id": self.id,
            "gate": self.gate.id,
            "operation": self.call.operation,
            "point": self.gate.point,
            "account": self.call.account,
            "subject": self.subject,
        }


class Gates:
    def __init__(self) -> None:
        self.gates: dict[str, Gate] = {}
        self.waiting: dict[str, Waiting] = {}
        self._numbers = itertools.count(1)

    def add(self, operation: str, point: str, account: str | None) -> Gate:
        gate = Gate(f"gate-{next(self._numbers)}", operation, point, account)
        self.gates[gate.id] = gate
        return gate

    async def wait(self, call: Call, point: str, subject: str) -> None:
        gate = next((gate for gate in self.gates.values() if gate.stops(call, point)), None)
        if gate is None:
            return
        waiting = Waiting(f"wait-{next(self._numbers)}", gate, call, subject)
        self.waiting[waiting.id] = waiting
        await waiting.released.wait()

    def release(self, identifier: str) -> int:
        """Let one waiting request go, or open a gate: then all that wait there go, and it stops nobody any more."""
        self.gates.pop(identifier, None)
        leaving = [waiting for waiting in self.waiting.values() if identifier in {waiting.id, waiting.gate.id}]
        for waiting in leaving:
            del self.waiting[waiting.id]
            waiting.released.set()
        return len(leaving)

    def open_all(self) -> int:
        return sum(self.release(identifier) for identifier in list(self.gates) + list(self.waiting))
