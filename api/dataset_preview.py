"""Looking at a file before anything is stored: how it would be read, and what would become of its first rows."""

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api import forms
from api.dataset_upload import FORM, asked_in, fields_of
from api.dependencies import Heavy, TeamMember
from api.routing import noun
from api.schemas.datasets import PreviewForm
from api.schemas.previews import PreviewSchema
from api.scratch import Scratch
from shared.datasets.previewing import preview

router = noun("datasets")

MAX_BYTES = 50_000_000
"""The first lines of a larger file tell as much; packed files and workbooks are sent whole."""


@router.post("/datasets/preview", summary="Look at a file before it is stored", openapi_extra=FORM)
async def preview_dataset(request: Request, _: TeamMember, __: Heavy) -> PreviewSchema:
    """Takes a file, or its first lines, with the same fields as an upload, and shows how it would be read: what it is, which
    columns it has, by which mapping they would become examples, and the first rows with what is wrong with them.

    Nothing is stored. Send another `mapping` or `format` until the examples are what you mean, then upload the file with it.
    """
    scratch = Scratch()
    async with forms.received(request, scratch, MAX_BYTES) as upload:
        asked = asked_in(fields_of(PreviewForm, upload))
        found = await run_in_threadpool(preview, scratch.file, upload.filename, asked)
    return PreviewSchema.model_validate(found.as_dict())
