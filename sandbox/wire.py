"""What passes between the socket and the operations: a call, and the reply to it. Knows no HTTP library."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Dialect(StrEnum):
    OPENAI = "openai"
    AZURE = "azure"
    COMPATIBLE = "compatible"


@dataclass(frozen=True, slots=True)
class Upload:
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read whole. `account` is who pays; `is_dated` marks Azure's API with an api-version."""

    operation: str
    dialect: Dialect
    account: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    url: str
    body: Json = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is JSON, raw bytes, or pieces that are sent one by one."""

    body: Json | bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
