"""The file as OpenAI and as Azure show it; a job's result file is one too, though nobody uploaded it."""

import base64
from dataclasses import dataclass

from sandbox.records import Job, StoredFile
from sandbox.shapes.checkpoints import result_csv
from sandbox.wire import Dialect, Json


def status(file: StoredFile, now: float) -> str:
    if now < file.ready_at:
        return "pending" if file.dialect is Dialect.AZURE else "uploaded"
    return "error" if file.fault else "processed"


def file(record: StoredFile, now: float) -> Json:
    shown: Json = {
        "object": "file",
        "id": record.id,
        "purpose": record.purpose,
        "filename": record.filename,
        "bytes": record.size_bytes,
        "created_at": int(record.created_at),
        "status": status(record, now),
        "status_details": record.fault if status(record, now) == "error" else None,
    }
    if record.dialect is Dialect.OPENAI or record.expires_at is not None:
        shown["expires_at"] = record.expires_at
    return shown


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A finished job's table of steps; `is_base64` is OpenAI's habit of sending it as text of text."""

    job: Job
    finished_at: int
    is_base64: bool

    @property
    def id(self) -> str:
        return self.job.result_file

    @property
    def content(self) -> bytes:
        plain = result_csv(self.job)
        return base64.b64encode(plain) if self.is_base64 and self.job.dialect is Dialect.OPENAI else plain

    def shown(self) -> Json:
        is_azure = self.job.dialect is Dialect.AZURE
        return {
            "object": "file",
            "id": self.id,
            "purpose": "fine-tune-results",
            "filename": "results.csv" if is_azure else "step_metrics.csv",
            "bytes": len(self.content),
            "created_at": self.finished_at,
            "status": "processed",
            "status_details": None,
        } | ({} if is_azure else {"expires_at": None})
