"""Asking the service over HTTP on this machine: a few lines over http.client, which knows no proxies."""

import contextlib
import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    """The JSON of the answer; None when it was none."""


class Refused(Exception):
    """The service said no where it should not have."""

    def __init__(self, request: str, answer: Answer) -> None:
        super().__init__(f"{request} was answered {answer.status}: {answer.body}")
        self.answer = answer


@dataclass(frozen=True)
class Client:
    """Speaks to one service with one key. `path`s begin with a slash."""

    url: str
    key: str | None = None

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """Raises OSError when nobody answers."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        payload = None if body is None else json.dumps(body)
        with contextlib.closing(HTTPConnection(urlsplit(self.url).netloc, timeout=30)) as connection:
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            return Answer(response.status, _json(response.read()))

    def must(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON; raises Refused unless all went well."""
        answer = self.ask(method, path, body)
        if answer.status >= 300:
            raise Refused(f"{method} {path}", answer)
        return answer.body


def status_of(url: str) -> int | None:
    """The status that a GET is answered with, or None when nobody answers."""
    parts = urlsplit(url)
    try:
        return Client(f"{parts.scheme}://{parts.netloc}").ask("GET", parts.path or "/").status
    except (OSError, HTTPException):
        return None


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
