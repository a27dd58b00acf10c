"""Every refusal that a test meets must stand in the OpenAPI document, under the operation that answered so.

Looked at where the answer arrives, in whichever test that is: a code that is not documented fails that test.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx2

from api.app import assemble
from api.openapi import describe


@cache
def _operations() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    """Method, path and operation, those with fewer parameters first: what is spelled out comes before what may be anything."""
    paths = sorted(describe(assemble())["paths"].items(), key=lambda item: item[0].count("{"))
    return [(method.upper(), _pattern(path), operation) for path, item in paths for method, operation in item.items()]


def _pattern(path: str) -> re.Pattern[str]:
    # The one parameter that may hold slashes is a model's name.
    return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda name: ".+" if name[1] == "model" else "[^/]+", re.escape(path)))


def _documented(operation: dict[str, Any], status: int) -> Iterator[str]:
    for content in operation["responses"].get(str(status), {}).get("content", {}).values():
        yield from content.get("examples", {})


def check_documented(answer: httpx2.Response) -> None:
    """A response hook for clients. Paths and methods that are not in the document are nobody's operation."""
    if answer.status_code < 400:
        return
    asked = answer.request
    found = (one for method, path, one in _operations() if method == asked.method and path.fullmatch(asked.url.path))
    if (operation := next(found, None)) is None:
        return
    answer.read()
    if asked.method == "HEAD":
        assert str(answer.status_code) in operation["responses"]
        return  # the body that would name the code is not sent
    body = answer.json()
    code = body["error"]["code"] if "error" in body else body["code"]
    assert code in set(_documented(operation, answer.status_code)), (
        f"{operation['operationId']} does not document {answer.status_code} {code}"
    )
