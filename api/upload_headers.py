"""The headers of uploads in parts: where bytes belong, of what kind and digest they are, and how far an upload is."""

import base64
import binascii
import re
from typing import Annotated, Any

from fastapi import Header, Request

from shared.datasets.uploads.actions import more_than_announced
from shared.datasets.uploads.tables import Upload
from shared.errors import FieldError, InvalidRequest, UnsupportedFormat

KIND = "application/offset+octet-stream"
BYTES: dict[str, Any] = {
    "requestBody": {"required": True, "content": {KIND: {"schema": {"type": "string", "format": "binary"}}}}
}
_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):", re.IGNORECASE)

Offset = Annotated[int, Header(ge=0, le=2**53, description="The byte at which what is sent begins.")]
ContentDigest = Annotated[
    str | None,
    Header(max_length=1000, description="`sha-256=:…:` (RFC 9530): these bytes are kept only if this is their digest."),
]


def how_far(upload: Upload) -> dict[str, str]:
    """The headers that say where an upload stands."""
    return {
        "Upload-Offset": str(upload.received_bytes),
        "Upload-Length": str(upload.size_bytes),
        "Cache-Control": "no-store",
    }


def check_kind(request: Request) -> None:
    """Raise UnsupportedFormat unless the body is announced as bytes at an offset."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise UnsupportedFormat(f"Send the bytes with the header `Content-Type: {KIND}`.", supported=[KIND])


def check_length(request: Request, upload: Upload) -> None:
    """Refuse a body that says itself that it goes beyond the end, before it is sent. Raises PayloadTooLarge or InvalidRequest."""
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit():
        raise InvalidRequest("Content-Length is not a number.", [FieldError("header/content-length", "not a number")])
    if upload.received_bytes + int(announced[:20]) > upload.size_bytes:
        raise more_than_announced(upload.size_bytes)


def announced_digest(header: str | None) -> str | None:
    """The SHA-256 that `Content-Digest` names, in hexadecimal; None without the header. Raises InvalidRequest."""
    if header is None:
        return None
    try:
        found = _SHA256.search(header)
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        fault = "names no SHA-256: write it as `sha-256=:…:`, in base 64"
        raise InvalidRequest(f"Content-Digest {fault}.", [FieldError("header/content-digest", fault)])
    return digest.hex()
