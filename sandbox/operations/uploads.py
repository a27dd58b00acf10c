"""Uploads in parts: begun, a part taken, completed into a file, cancelled. OpenAI only."""

import hashlib

from sandbox import ids
from sandbox.operations import files
from sandbox.records import StoredUpload
from sandbox.refusals import Refusal, invalid
from sandbox.shapes import files as shapes
from sandbox.wire import Call, Json, Reply, Upload
from sandbox.world import World

_MAX_BYTES = 8 * 1024 * 1024 * 1024
_MAX_PART_BYTES = 64 * 1024 * 1024
_LASTS_SECONDS = 3_600
_MIME_TYPES = {"text/jsonl", "application/jsonl"}


def begin(world: World, call: Call) -> Reply:
    for name in ("filename", "purpose", "bytes", "mime_type"):
        if name not in call.body:
            raise invalid(f"Missing required parameter: '{name}'.", name, "missing_required_parameter")
    size, purpose = call.body["bytes"], call.body["purpose"]
    if type(size) is not int or not 0 < size <= _MAX_BYTES:
        raise invalid("Invalid value for 'bytes': must be from 1 to 8 GB.", "bytes", "invalid_value")
    if purpose not in files.PURPOSES:
        raise invalid(f"Invalid value for 'purpose': '{purpose}'.", "purpose", "invalid_value")
    if purpose == "fine-tune" and call.body["mime_type"] not in _MIME_TYPES:
        raise invalid("The MIME type does not fit the purpose.", "mime_type", "invalid_value")
    now = world.clock.now()
    upload = StoredUpload(
        id=f"upload_{ids.letters(24)}",
        account=call.account,
        filename=str(call.body["filename"]),
        purpose=purpose,
        size_bytes=size,
        created_at=now,
        expires_at=now + _LASTS_SECONDS,
    )
    world.save_upload(upload)
    return Reply(_shown(world, upload))


def part(world: World, call: Call) -> Reply:
    upload = _pending(world, call)
    if call.upload is None:
        raise invalid("'data' is a required property", "data", "missing_required_parameter")
    if len(call.upload.content) > _MAX_PART_BYTES:
        raise Refusal(413, "A part may have 64 MB.")
    part_id, now = f"part_{ids.letters(24)}", int(world.clock.now())
    upload.parts[part_id] = [world.store.keep(call.upload.content), len(call.upload.content)]
    world.save_upload(upload)
    return Reply({"id": part_id, "object": "upload.part", "created_at": now, "upload_id": upload.id})


def complete(world: World, call: Call) -> Reply:
    upload = _pending(world, call)
    part_ids = call.body.get("part_ids")
    if not isinstance(part_ids, list) or not part_ids or any(one not in upload.parts for one in part_ids):
        raise invalid("Invalid 'part_ids': they must name parts of this upload.", "part_ids", "invalid_value")
    if sum(upload.parts[one][1] for one in part_ids) != upload.size_bytes:
        raise invalid("The parts do not have as many bytes as the upload.", "part_ids", "invalid_value")
    content = b"".join(world.store.content(upload.parts[one][0]) for one in part_ids)
    given = call.body.get("md5")
    if given is not None and given != hashlib.md5(content, usedforsecurity=False).hexdigest():
        raise invalid("The md5 checksum does not match.", "md5", "invalid_value")
    stored = files.take_in(world, call, Upload(upload.filename, content), upload.purpose)
    upload.status, upload.file_id = "completed", stored.id
    world.save_upload(upload)
    return Reply(_shown(world, upload))


def cancel(world: World, call: Call) -> Reply:
    upload = _pending(world, call)
    upload.status = "cancelled"
    world.save_upload(upload)
    return Reply(_shown(world, upload))


def _pending(world: World, call: Call) -> StoredUpload:
    upload = world.uploads.get(call.path["upload_id"])
    if upload is None or upload.account != call.account:
        raise Refusal(404, f"No such Upload object: {call.path['upload_id']}", None, "id")
    status = _status(world, upload)
    if status != "pending":
        raise invalid(f"The upload {upload.id} is {status}.", "upload_id", "invalid_request")
    return upload


def _status(world: World, upload: StoredUpload) -> str:
    is_over = upload.status == "pending" and world.clock.now() >= upload.expires_at
    return "expired" if is_over else upload.status


def _shown(world: World, upload: StoredUpload) -> Json:
    file = world.file(upload.account, upload.file_id) if upload.file_id else None
    return {
        "id": upload.id,
        "object": "upload",
        "bytes": upload.size_bytes,
        "created_at": int(upload.created_at),
        "expires_at": int(upload.expires_at),
        "filename": upload.filename,
        "purpose": upload.purpose,
        "status": _status(world, upload),
        "file": shapes.file(file, world.clock.now()) if file else None,
    }
