"""Files that Azure fetches from an address (`/files/import`), as they are. Only on this machine: nothing else is asked for."""

from dataclasses import replace
from urllib.parse import urlsplit

import httpx2

from sandbox.operations import files
from sandbox.refusals import Refusal, invalid
from sandbox.wire import Call, Reply, Upload
from sandbox.world import World

_PATIENCE_SECONDS = 10.0
_HERE = ("127.0.0.1", "localhost")


def fetch(world: World, call: Call) -> Reply:
    """The file is fetched before the answer and `pending` after it, as one that was sent. What cannot be fetched is refused."""
    name, address = call.body.get("filename"), call.body.get("content_url")
    if not isinstance(name, str) or not isinstance(address, str):
        raise invalid("'filename' and 'content_url' are required properties", "content_url")
    form = {"purpose": str(call.body.get("purpose", ""))}
    return files.upload(world, replace(call, form=form, upload=Upload(name, _content(address))))


def _content(address: str) -> bytes:
    if urlsplit(address).hostname not in _HERE:
        raise Refusal(400, f"The file at {address} is not on this machine.", azure_code="fileImportFailed")
    try:
        return httpx2.get(address, timeout=_PATIENCE_SECONDS).raise_for_status().content
    except httpx2.HTTPError as error:
        raise Refusal(400, f"The file at {address} could not be fetched.", azure_code="fileImportFailed") from error
