"""From an HTTP request to a call: whose it is, what it asks. The only place that knows keys and content types."""

import json
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request

from sandbox.refusals import Refusal, bad_key, invalid
from sandbox.wire import Call, Dialect, Json, Upload


@dataclass(frozen=True, slots=True)
class Door:
    """Where a request came in: its dialect, and the keys it may show."""

    dialect: Dialect
    key_prefixes: tuple[str, ...]
    is_dated: bool = False
    wants_version: bool = False


OPENAI = Door(Dialect.OPENAI, ("sk-sandbox",))
AZURE_V1 = Door(Dialect.AZURE, ("az-sandbox", "entra-sandbox"))
AZURE_DATED = Door(Dialect.AZURE, ("az-sandbox", "entra-sandbox"), is_dated=True, wants_version=True)
COMPATIBLE = Door(Dialect.COMPATIBLE, ("ow-sandbox",))
ARM = Door(Dialect.AZURE, ("entra-sandbox",), wants_version=True)
ENTRA = Door(Dialect.AZURE, ("",))
"""Who asks for a token shows none; the secret stands in the form."""
_FILES = ("file", "data")
"""The fields of a form that hold bytes: a file, or a part of one."""
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


async def read(request: Request, door: Door, operation: str) -> Call:
    """Raises Refusal for a bad key, a missing api-version and a body that cannot be read."""
    body = await request.body()
    account = _account(request, door)
    if door.wants_version and not request.query_params.get("api-version"):
        raise Refusal(404, "Resource not found: the api-version query parameter is missing.", azure_code="404")
    is_form = request.headers.get("content-type", "").startswith(_FORMS)
    form, upload = await _form(request) if is_form else ({}, None)
    return Call(
        operation=operation,
        dialect=door.dialect,
        account=account,
        path=dict(request.path_params),
        query=dict(request.query_params),
        url=str(request.url.replace(query="")),
        body=_json(body) if body and not is_form else {},
        form=form,
        upload=upload,
        is_dated=door.is_dated,
    )


def _account(request: Request, door: Door) -> str:
    """One key is one account. Azure: the resource is, whatever key it is asked with."""
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if door.dialect is Dialect.AZURE:
        key = request.headers.get("api-key") or key
    if not key.startswith(door.key_prefixes):
        raise bad_key(door.dialect)
    return str(request.path_params["resource"]) if door.dialect is Dialect.AZURE else key


async def _form(request: Request) -> tuple[dict[str, str], Upload | None]:
    fields: dict[str, str] = {}
    upload: Upload | None = None
    async with request.form() as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                upload = Upload(value.filename or "upload", await value.read()) if name in _FILES else upload
            else:
                fields[name] = value
    return fields, upload


def _json(body: bytes) -> Json:
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # refuses lone surrogates, which no answer could repeat
    except (ValueError, RecursionError) as error:
        raise invalid("We could not parse the JSON body of your request.") from error
    if not isinstance(value, dict):
        raise invalid("The JSON body of your request must be an object.")
    return value
