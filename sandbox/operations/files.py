"""Files: taken in, shown, handed back, deleted."""

from sandbox import ids
from sandbox.examples import first_bad_line, has_bom
from sandbox.records import StoredFile
from sandbox.refusals import Refusal, invalid, no_file
from sandbox.shapes import files as shapes
from sandbox.shapes import lists
from sandbox.wire import Call, Dialect, Json, Reply, Upload
from sandbox.world import World

PURPOSES = {"assistants", "batch", "fine-tune", "vision", "user_data", "evals"}
_EXPIRY_SECONDS = {Dialect.OPENAI: (3_600, 2_592_000), Dialect.AZURE: (1_209_600, 2_592_000)}
_MAX_BYTES = 512 * 1024 * 1024
_AZURE_MAX_FILES = 100
# In the job's own seconds: how long Azure says `pending`.
_AZURE_PROCESSING_SECONDS = 30.0
_MAX_PAGE = 10_000


def upload(world: World, call: Call) -> Reply:
    upload = call.upload
    if upload is None:
        raise invalid("'file' is a required property", "file")
    purpose = call.form.get("purpose", "")
    if purpose not in PURPOSES:
        raise invalid(f"'{purpose}' is not one of {sorted(PURPOSES)} - 'purpose'", "purpose")
    _check_size(world, call, upload)
    stored = take_in(world, call, upload, purpose)
    shown = shapes.file(stored, world.clock.now())
    if call.dialect is Dialect.AZURE:
        return Reply(shown, 201, {"location": f"{call.url}/{stored.id}"})
    return Reply(shown)


def take_in(world: World, call: Call, upload: Upload, purpose: str) -> StoredFile:
    """Keep a file that is whole. Raises Refusal for what is no training data at all."""
    fault = _training_data_fault(world, call, upload) if purpose == "fine-tune" else None
    now = world.clock.now()
    stored = StoredFile(
        id=ids.new("file", call.dialect),
        account=call.account,
        dialect=call.dialect,
        filename=upload.filename,
        purpose=purpose,
        size_bytes=len(upload.content),
        digest=world.store.keep(upload.content),
        created_at=now,
        ready_at=now + (_AZURE_PROCESSING_SECONDS / world.speed if call.dialect is Dialect.AZURE else 0),
        expires_at=_expiry(call, now),
        fault=fault,
    )
    world.save_file(stored)
    return stored


def _check_size(world: World, call: Call, upload: Upload) -> None:
    if len(upload.content) > _MAX_BYTES:
        raise Refusal(413, "The file is larger than 512 MB.")
    if call.dialect is Dialect.AZURE and len(world.files_of(call.account)) >= _AZURE_MAX_FILES:
        raise Refusal(400, f"The resource already holds {_AZURE_MAX_FILES} files.", azure_code="quotaExceeded")


def _training_data_fault(world: World, call: Call, upload: Upload) -> str | None:
    """Refuses what is not JSONL at all; a bad line further down is accepted now and shown as the file's error later."""
    bad = first_bad_line(upload.content)
    if not upload.filename.endswith(".jsonl") or not upload.content.strip() or (bad is not None and bad[0] == 1):
        text = "Expected file to have JSONL format, where every line is a valid JSON dictionary."
        reason = f" {bad[1]} (line {bad[0]})" if bad else ""
        raise Refusal(400, text + reason, "invalid_file_format", "file", "jsonlValidationFailed")
    if (
        call.dialect is Dialect.AZURE
        and world.account(call.account).switches.require_bom
        and not has_bom(upload.content)
    ):
        raise Refusal(400, "The file must be UTF-8 with a byte order mark.", azure_code="jsonlValidationFailed")
    if bad is None:
        return None
    return f"Invalid file format. Example {bad[0]} cannot be parsed. Error: {bad[1]} (line {bad[0]})"


def _expiry(call: Call, now: float) -> int | None:
    given = call.form.get("expires_after[seconds]")
    if given is None:
        return None
    low, high = _EXPIRY_SECONDS[call.dialect]
    if call.form.get("expires_after[anchor]") != "created_at" or not given.isdecimal() or not low <= int(given) <= high:
        raise invalid(f"expires_after needs anchor 'created_at' and seconds from {low} to {high}.", "expires_after")
    return int(now) + int(given)


def list_files(world: World, call: Call) -> Reply:
    entries: list[StoredFile | shapes.ResultFile] = [*world.files_of(call.account), *_result_files(world, call.account)]
    purpose = call.query.get("purpose")
    entries = [entry for entry in entries if purpose is None or _purpose(entry) == purpose]
    entries.sort(key=_created_at, reverse=call.query.get("order", "desc") == "desc")
    kept, has_more = lists.page(entries, call.query, default=_MAX_PAGE, highest=_MAX_PAGE)
    data = [_shown(world, entry) for entry in kept]
    return Reply({"object": "list", "data": data} if call.is_dated else lists.body_with_ends(data, has_more=has_more))


def retrieve(world: World, call: Call) -> Reply:
    return Reply(_shown(world, _find(world, call)))


def content(world: World, call: Call) -> Reply:
    found = _find(world, call)
    body = found.content if isinstance(found, shapes.ResultFile) else world.store.content(found.digest)
    return Reply(body, media_type="application/octet-stream")


def delete(world: World, call: Call) -> Reply:
    found = _find(world, call)
    if isinstance(found, shapes.ResultFile):
        found.job.has_result_file = False
        world.save_job(found.job)
    else:
        world.remove_file(found)
    return Reply({"id": found.id, "object": "file", "deleted": True})


def _find(world: World, call: Call) -> StoredFile | shapes.ResultFile:
    file_id = call.path["file_id"]
    results = (file for file in _result_files(world, call.account) if file.id == file_id)
    found = world.file(call.account, file_id) or next(results, None)
    if found is None:
        raise no_file(file_id)
    return found


def _result_files(world: World, account: str) -> list[shapes.ResultFile]:
    is_base64 = world.account(account).switches.base64_results
    jobs = [job for job in world.finished_jobs(account) if job.has_result_file and not job.is_deleted]
    return [shapes.ResultFile(job, world.finished_at(job), is_base64) for job in jobs]


def _shown(world: World, entry: StoredFile | shapes.ResultFile) -> Json:
    return entry.shown() if isinstance(entry, shapes.ResultFile) else shapes.file(entry, world.clock.now())


def _purpose(entry: StoredFile | shapes.ResultFile) -> str:
    return "fine-tune-results" if isinstance(entry, shapes.ResultFile) else entry.purpose


def _created_at(entry: StoredFile | shapes.ResultFile) -> float:
    return entry.finished_at if isinstance(entry, shapes.ResultFile) else entry.created_at
