"""Uploading a dataset: the bytes stream to storage first, then one short transaction makes the version."""

import json
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api import forms
from api.asked import asked_of, mapping_in
from api.dependencies import Store, TeamMember, TheAttempt, TheDatabase, TheSettings
from api.forms import Upload
from api.idempotency import Attempt, Replay
from api.problems import problems
from api.routing import noun
from api.schemas.datasets import DatasetSchema, DatasetUpload, PreviewForm
from shared.datasets import actions
from shared.datasets.actions import Received
from shared.datasets.asked import AUTO, FORMATS, Asked, Checks
from shared.db import Database
from shared.errors import (
    Conflict,
    DigestMismatch,
    FieldError,
    IdempotencyInProgress,
    IdempotencyMismatch,
    InvalidRequest,
    StorageFull,
)
from shared.teams.caller import TeamCaller

router = noun("datasets")

F = TypeVar("F", bound=PreviewForm)

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "name": {"type": "string", "maxLength": 100, "example": "support-triage"},
                        "format": {"type": "string", "enum": [*FORMATS], "default": AUTO},
                        "mapping": {
                            "type": "string",
                            "description": "JSON: which columns, or templates of them, make which part of an example.",
                            "example": '{"user": "{title}\\n{body}", "assistant": "label"}',
                        },
                        "sheet": {
                            "type": "string",
                            "maxLength": 100,
                            "description": "Of a workbook, the sheet to read; else the first that holds anything.",
                        },
                        "checks": {"type": "string", "enum": [*Checks], "default": Checks.ALL},
                        "sha256": {"type": "string", "description": "The file's digest, if it is to be checked."},
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "JSON Lines, JSON, CSV, TSV, Excel, YAML, Parquet or text; also packed.",
                        },
                    },
                },
            }
        },
    }
}


@router.post(
    "/datasets",
    status_code=HTTPStatus.ACCEPTED,
    summary="Upload a dataset",
    response_model=DatasetSchema,
    responses=problems(Conflict, DigestMismatch, StorageFull, IdempotencyInProgress, IdempotencyMismatch),
    openapi_extra=FORM,
)
async def upload_dataset(  # the bytes stream: no thread and no session is held meanwhile
    request: Request,
    caller: TeamMember,
    storage: Store,
    database: TheDatabase,
    settings: TheSettings,
    attempt: TheAttempt,
) -> Response:
    """Takes a file of any kind that holds examples, or columns of which they can be made, as the next version of the dataset
    `name`. `/datasets/preview` takes the same form, and shows what would come of it.

    The file is read and validated in the background: poll `Location` until the dataset is `ready` or `rejected`, then read
    its `/report` and `/findings`. Faults in the file are findings, never a refusal of the upload.
    """
    async with forms.received(request, storage, settings.dataset_max_bytes) as upload:
        return await run_in_threadpool(_record, database, caller, attempt, upload)


def fields_of(form: type[F], upload: Upload) -> F:
    """The text fields of a form. Raises InvalidRequest."""
    try:
        return form.model_validate(upload.fields)
    except ValidationError as error:
        faults = [FieldError("/" + "/".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise InvalidRequest("The form's fields are not valid.", faults) from error


def asked_in(fields: PreviewForm) -> Asked:
    """What the form says of the file. Raises UnsupportedFormat or InvalidRequest."""
    return asked_of(fields.format, mapping_in(fields.mapping), fields.checks, fields.sheet)


def _received(upload: Upload, caller: TeamCaller) -> Received:
    fields = fields_of(DatasetUpload, upload)
    asked = asked_in(fields)
    if fields.sha256 not in (None, upload.sha256):
        raise DigestMismatch(fields.sha256 or "", upload.sha256, "/sha256")
    key = actions.storage_key(caller.team_id, upload.sha256)
    return Received(
        fields.name, upload.filename or f"{fields.name}.jsonl", upload.size_bytes, upload.sha256, key, asked.as_dict()
    )


def _record(database: Database, caller: TeamCaller, attempt: Attempt, upload: Upload) -> Response:
    received = _received(upload, caller)
    asked = json.dumps([received.name, received.filename, received.sha256, received.asked]).encode()
    try:
        with database.transaction(caller.scope) as db:
            # Here first, so that nothing is kept of what is refused.
            attempt.begin(db, asked)
            actions.check_open(db, caller)
        # Before the row, so that none is without its bytes; and outside, since copying in an object store takes seconds.
        upload.incoming.keep(received.storage_key)
        with database.transaction(caller.scope) as db:
            attempt.begin(db, asked)
            dataset = actions.receive(db, received, caller)
            response = JSONResponse(
                DatasetSchema.model_validate(dataset).model_dump(mode="json"),
                HTTPStatus.ACCEPTED,
                {"Location": f"/v1/datasets/{dataset.id}"},
            )
            attempt.keep(db, asked, response)
    except Replay as replay:
        return replay.response
    return response
