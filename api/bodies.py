"""JSON bodies, read strictly and within a limit, before anything else sees them.

The standard reader lets through what Postgres, or the next program, cannot take: NaN, duplicate names, NUL and lone
surrogates, integers beyond 64 bits, and nesting without end. All of these are refused here with a sentence.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from typing_extensions import override

from shared.errors import FieldError, InvalidRequest, PayloadTooLarge, UnsupportedFormat

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
LARGE_BYTES = 65_536
"""A larger body is taken apart in a thread: other callers' events must not wait for it."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_INT = 2**63 - 1
_MAX_DIGITS = 19


class StrictRequest(Request):
    """A request whose JSON was read by `parse`. `content` is its body as sent; empty until `read`."""

    content: bytes = b""

    async def read(self) -> None:
        """Read the body as JSON. Raises PayloadTooLarge, UnsupportedFormat, InvalidRequest."""
        self.content = self._body = await self._within_limit()
        if self.content:
            self._refuse_other_types()
            large = len(self.content) > LARGE_BYTES
            self._json = await run_in_threadpool(parse, self.content) if large else parse(self.content)

    async def _within_limit(self) -> bytes:
        announced = self.headers.get("content-length", "0")
        if not announced.isascii() or not announced.isdigit() or int(announced[:20]) > MAX_BYTES:
            raise _too_large()
        body = bytearray()
        async for chunk in self.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise _too_large()
        return bytes(body)

    def _refuse_other_types(self) -> None:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise UnsupportedFormat("Send the body as JSON, with the header `Content-Type: application/json`.")

    @override
    async def json(self) -> Any:
        return self._json


def parse(body: bytes) -> Any:
    """The value of a JSON document. Raises InvalidRequest with the place of what is wrong, as far as it is known."""
    try:
        value = json.loads(
            body.decode(), parse_constant=_no_constant, parse_int=_int, parse_float=_float, object_pairs_hook=_object
        )
    except UnicodeDecodeError as error:
        raise _invalid("", f"is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _invalid("", f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _invalid("", f"is nested deeper than {MAX_DEPTH} levels") from error
    for place, text in _texts(value):
        if fault := fault_of(text):
            raise _invalid(_pointer(place), fault)
    return value


def fault_of(text: str) -> str | None:
    """Why a text cannot be stored; None when it can."""
    if "\0" in text:
        return "contains the character NUL, which cannot be stored"
    if _SURROGATE.search(text):
        return "contains half of a surrogate pair, which is not a character"
    return None


class _Place(NamedTuple):
    """Where a part stands: linked to what it stands in, and spelled out only where something is wrong."""

    name: str | int
    inside: "_Place | None"


def _texts(value: Any) -> Iterator[tuple[_Place | None, str]]:
    """Every text in the value, names too, with its place; no recursion, since depth is what is to be found out."""
    waiting: list[tuple[_Place | None, int, Any]] = [(None, 0, value)]
    while waiting:
        place, depth, part = waiting.pop()
        if depth > MAX_DEPTH:
            raise _invalid("", f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(part, str):
            yield place, part
        elif isinstance(part, list):
            waiting.extend((_Place(index, place), depth + 1, item) for index, item in enumerate(part))
        elif isinstance(part, dict):
            yield from ((place, name) for name in part)
            waiting.extend((_Place(name, place), depth + 1, item) for name, item in part.items())


def _pointer(place: _Place | None) -> str:
    names: list[str] = []
    while place is not None:
        names.append(str(place.name).replace("~", "~0").replace("/", "~1"))
        place = place.inside
    return "".join(f"/{name}" for name in reversed(names))


def _int(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS or abs(int(digits)) > _MAX_INT:
        raise _invalid("", f"holds a number that does not fit 64 bits ({digits[:24]})")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _invalid("", f"holds a number that is too large ({digits[:24]})")
    return value


def _no_constant(name: str) -> NoReturn:
    raise _invalid("", f"holds {name}, which is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _invalid("", "has an object in which a name stands twice")
    return made


def _invalid(pointer: str, fault: str) -> InvalidRequest:
    return InvalidRequest(f"The body {fault}.", [FieldError(pointer, fault)])


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"A JSON body may have {MAX_BYTES:,} bytes.", max_bytes=MAX_BYTES)
