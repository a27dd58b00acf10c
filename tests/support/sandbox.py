"""The sandbox's own door, for tests that make trouble and count what was bought. See sandbox/README.md."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from local.wire import Client

_JOB_IN_TAG = re.compile(r"_(job_[0-9a-z]+)_e[0-9]+_")


@dataclass(frozen=True)
class Control:
    """`account` is the key at OpenAI and the resource at Azure."""

    url: str

    def fault(self, account: str, operation: str, kind: str, *, times: int = 1, **parameters: Any) -> None:
        fault = {"account": account, "operation": operation, "kind": kind, "times": times, "parameters": parameters}
        self._ask("POST", "faults", fault)

    def mend(self) -> None:
        """No fault strikes any more."""
        self._ask("DELETE", "faults")

    def gate(self, account: str, operation: str, point: str) -> str:
        """Requests wait there from now on. Gives the gate's id."""
        return str(self._ask("POST", "gates", {"account": account, "operation": operation, "point": point})["id"])

    def waiting(self, *gates: str) -> dict[str, str]:
        """Who stands at these gates: the waiting request's id, and what it is about."""
        everyone = self._ask("GET", "gates")["waiting"]
        return {each["id"]: each["subject"] for each in everyone if each["gate"] in gates}

    def release(self, identifier: str) -> None:
        """Of a waiting request: it goes on. Of a gate: all go on, and it stops nobody any more."""
        self._ask("POST", f"gates/{identifier}/release")

    def open_all(self) -> None:
        self._ask("DELETE", "gates")

    def paid_jobs(self, account: str) -> list[dict[str, Any]]:
        """Every job that the account has accepted, the oldest first."""
        return list(self._ask("GET", f"ledger?account={quote(account)}")["jobs"])

    def bought(self, account: str) -> Counter[str]:
        """How often each of our jobs was bought, whatever the attempt."""
        return Counter(job_of(each["tag"]) for each in self.paid_jobs(account))

    def requests(self, account: str) -> dict[str, int]:
        """How many requests of each operation arrived."""
        return dict(self._ask("GET", f"requests?account={quote(account)}")["requests"])

    def advance(self, seconds: float) -> None:
        """Let the provider's clock run ahead."""
        self._ask("POST", "clock", {"advance_seconds": seconds})

    def require_bom(self, account: str) -> None:
        """Azure takes no file without a byte order mark from now on."""
        self._ask("POST", f"accounts/{account}", {"require_bom": True})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        return Client(self.url).must(method, f"/_sandbox/{path}", body)


def job_of(filename: str) -> str:
    """Whose a file is, or the job that was ordered with it."""
    found = _JOB_IN_TAG.search(filename)
    assert found, f"{filename} is none of our names"
    return found[1]
