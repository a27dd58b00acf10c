"""OpenAI, through its official SDK. What Azure does otherwise stands in `azure.py`.

The SDK carries the requests; the answers are read by us from the raw body, since the SDK accepts anything as an answer.
"""

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice, takewhile
from typing import Any, BinaryIO, ClassVar
from urllib.parse import urlsplit

from openai import OpenAI

from shared.providers.answers import (
    TAG_KEY,
    read_answer,
    read_checkpoint,
    read_event,
    read_file,
    read_job,
    read_model,
    read_moderation,
    read_results,
    read_tuned,
    read_upload,
)
from shared.providers.base import (
    Access,
    Account,
    Answer,
    Graded,
    Moderated,
    Paused,
    ProviderCheckpoint,
    ProviderEvent,
    ProviderFile,
    ProviderJob,
    ProviderModel,
    ProviderUpload,
    Rejected,
    StillRunning,
    TrainingOrder,
    Unavailable,
)
from shared.providers.clients import open_openai
from shared.providers.found import TunedModel
from shared.providers.graded import read_graded
from shared.providers.lenient import mapping, text
from shared.providers.openai_asking import Asking

_PAGE = 100
_MODERATION = "omni-moderation-latest"
_MOST_METADATA = 16
_RECENT_JOBS = 2000
"""How far back a job is looked for by its file: an attempt is reconciled long before so many others were made."""


class OpenAIProvider(Asking):
    """One account at OpenAI."""

    moderates: ClassVar[bool] = True
    grades: ClassVar[bool] = True

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client = self._connect(access)
        weakref.finalize(self, self._client.close)

    def _connect(self, access: Access) -> OpenAI:
        return open_openai(access, base_url=access.base_url)

    def close(self) -> None:
        self._client.close()

    def check(self) -> Account:
        """Listing jobs shows a refused key (raised) and a key without the right to train (told)."""
        try:
            self._body(self._client.fine_tuning.jobs.with_raw_response.list, limit=1)
        except Unavailable as error:
            return Account(reachable=False, training=None, detail=error.reason)
        except Rejected as error:
            if error.status != 403:
                raise
            return Account(reachable=True, training=False, detail=error.reason)
        return Account(reachable=True, training=None, detail="The credential works")

    # --- files ----------------------------------------------------------------------------------------------------------
    def upload(self, name: str, content: BinaryIO) -> ProviderFile:
        return read_file(
            self._body(self._client.files.with_raw_response.create, file=(name, content), purpose="fine-tune"),
        )

    def fetch(self, name: str, address: str) -> ProviderFile:
        where = urlsplit(address).hostname
        raise Rejected(f"{name} must be sent: nothing is fetched from {where}", code="not_offered", status=404)

    def begin_upload(self, name: str, size_bytes: int) -> ProviderUpload:
        create = self._client.uploads.with_raw_response.create
        return read_upload(
            self._body(create, filename=name, bytes=size_bytes, purpose="fine-tune", mime_type="text/jsonl")
        )

    def send_part(self, upload_id: str, part: BinaryIO) -> str:
        body = self._body(self._client.uploads.parts.with_raw_response.create, upload_id, data=("part", part))
        if (part_id := text(body.get("id"))) is None:
            raise Unavailable("The provider's answer is not a part of an upload")
        return part_id

    def complete_upload(self, upload_id: str, part_ids: Sequence[str], md5: str) -> ProviderFile:
        complete = self._client.uploads.with_raw_response.complete
        return read_file(mapping(self._body(complete, upload_id, part_ids=list(part_ids), md5=md5).get("file")))

    def cancel_upload(self, upload_id: str) -> None:
        try:
            self._body(self._client.uploads.with_raw_response.cancel, upload_id)
        except Rejected as error:
            if error.credential:
                raise

    def files(self, prefix: str) -> Sequence[ProviderFile]:
        entries = self._entries(self._client.files.with_raw_response.list, purpose="fine-tune")
        return [read_file(one) for one in entries if (text(one.get("filename")) or "").startswith(prefix)]

    def file(self, file_id: str) -> ProviderFile | None:
        body = self._body_if_any(self._client.files.with_raw_response.retrieve, file_id)
        return None if body is None else read_file(_same(body, file_id))

    def delete_file(self, file_id: str) -> None:
        self._delete(self._client.files.with_raw_response.delete, file_id)

    def download(self, file_id: str) -> bytes:
        return read_results(self._ask(self._client.files.with_raw_response.content, file_id).content)

    # --- jobs -----------------------------------------------------------------------------------------------------------
    def create_job(self, order: TrainingOrder) -> ProviderJob:
        job = self._read_job(self._body(self._client.fine_tuning.jobs.with_raw_response.create, **self._order(order)))
        if job.training_file_id != order.training_file_id:
            raise Unavailable("The provider answered with a job that was not ordered")
        return job

    def _order(self, order: TrainingOrder) -> dict[str, Any]:
        return {
            **ordered(order),
            "method": method(order),
            **({"integrations": [dict(one) for one in order.integrations]} if order.integrations else {}),
            **({"metadata": metadata} if (metadata := _metadata(order)) else {}),
        }

    def jobs_of_file(self, training_file_id: str | None, tag: str) -> Sequence[ProviderJob]:
        """By tag first, which is cheap; then by looking, because an index of tags may lag behind what was bought."""
        tagged = self._jobs_of_file(training_file_id, metadata={TAG_KEY: tag}) if tag else []
        return tagged or ([] if training_file_id is None else self._jobs_of_file(training_file_id))

    def _jobs_of_file(self, training_file_id: str | None, **named: Any) -> list[ProviderJob]:
        entries = self._entries(self._client.fine_tuning.jobs.with_raw_response.list, limit=_PAGE, **named)
        recent = islice(entries, _RECENT_JOBS)
        return [self._read_job(one) for one in recent if training_file_id in (None, one.get("training_file"))]

    def newest_jobs(self) -> Iterator[Sequence[ProviderJob]]:
        for page in self._pages(self._client.fine_tuning.jobs.with_raw_response.list, limit=_PAGE):
            yield list(self._readable(page.entries))

    def _readable(self, entries: Iterable[Mapping[str, Any]]) -> Iterator[ProviderJob]:
        for entry in entries:
            with suppress(Unavailable):
                yield self._read_job(entry)

    def job(self, provider_job_id: str) -> ProviderJob | None:
        body = self._body_if_any(self._client.fine_tuning.jobs.with_raw_response.retrieve, provider_job_id)
        return None if body is None else self._read_job(_same(body, provider_job_id))

    def cancel(self, provider_job_id: str) -> ProviderJob:
        try:
            body = self._body(self._client.fine_tuning.jobs.with_raw_response.cancel, provider_job_id)
        except Rejected:
            # The refusal's words are not documented; the job itself tells whether it is over.
            job = self.job(provider_job_id)
            if job is None or isinstance(job.outcome, StillRunning | Paused):
                raise
            return job
        return self._read_job(_same(body, provider_job_id))

    def pause(self, provider_job_id: str) -> ProviderJob:
        body = self._body(self._client.fine_tuning.jobs.with_raw_response.pause, provider_job_id)
        return self._read_job(_same(body, provider_job_id))

    def resume(self, provider_job_id: str) -> ProviderJob:
        body = self._body(self._client.fine_tuning.jobs.with_raw_response.resume, provider_job_id)
        return self._read_job(_same(body, provider_job_id))

    def _read_job(self, body: Mapping[str, Any]) -> ProviderJob:
        return read_job(body)

    # --- what a job leaves behind ---------------------------------------------------------------------------------------
    def events(self, provider_job_id: str, known: Iterable[str]) -> Sequence[ProviderEvent]:
        seen = frozenset(known)
        jobs = self._client.fine_tuning.jobs.with_raw_response
        newest_first = self._entries(jobs.list_events, provider_job_id, limit=_PAGE)
        read = map(self._read_event, takewhile(lambda one: one.get("id") not in seen, newest_first))
        return [event for event in read if event is not None][::-1]

    def _read_event(self, body: Mapping[str, Any]) -> ProviderEvent | None:
        return read_event(body)

    def checkpoints(self, provider_job_id: str) -> Sequence[ProviderCheckpoint]:
        checkpoints = self._client.fine_tuning.jobs.checkpoints.with_raw_response
        read = map(read_checkpoint, self._entries(checkpoints.list, provider_job_id, limit=_PAGE))
        return sorted((one for one in read if one is not None), key=lambda one: one.step)

    # --- models ---------------------------------------------------------------------------------------------------------
    def models(self) -> Sequence[ProviderModel]:
        read = map(self._read_model, self._entries(self._client.models.with_raw_response.list))
        return [model for model in read if model is not None]

    def tuned_models(self) -> Sequence[TunedModel]:
        read = map(read_tuned, self._entries(self._client.models.with_raw_response.list))
        return [model for model in read if model is not None]

    def _read_model(self, body: Mapping[str, Any]) -> ProviderModel | None:
        return read_model(body)

    def delete_model(self, model: str) -> None:
        self._delete(self._client.models.with_raw_response.delete, model)

    def chat(self, model: str, body: Mapping[str, Any]) -> Answer:
        create = self._client.chat.completions.with_raw_response.create
        # As extra_body, because the SDK refuses parameters that it does not know, and the provider may know them.
        rest = {name: value for name, value in body.items() if name not in ("model", "stream", "stream_options")}
        return read_answer(self._body(create, model=model, messages=rest.pop("messages", []), extra_body=rest))

    def moderate(self, texts: Sequence[str]) -> Sequence[Moderated]:
        create = self._client.moderations.with_raw_response.create
        return read_moderation(self._body(create, model=_MODERATION, input=list(texts)), len(texts))

    # --- graders --------------------------------------------------------------------------------------------------------
    def check_grader(self, grader: Mapping[str, Any]) -> None:
        self._body(self._client.fine_tuning.alpha.graders.with_raw_response.validate, grader=dict(grader))

    def grade(self, grader: Mapping[str, Any], answer: str, item: Mapping[str, Any]) -> Graded:
        run = self._client.fine_tuning.alpha.graders.with_raw_response.run
        return read_graded(self._body(run, grader=dict(grader), model_sample=answer, item=dict(item)))


def ordered(order: TrainingOrder) -> dict[str, Any]:
    """What every dialect takes alike. What is absent is the provider's to choose."""
    optional = {"validation_file": order.validation_file_id, "suffix": order.suffix, "seed": order.seed}
    return {
        "model": order.model,
        "training_file": order.training_file_id,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _metadata(order: TrainingOrder) -> dict[str, str]:
    """Our tag, by which an order is found again, and labels in what room it leaves."""
    tag = {TAG_KEY: order.tag} if order.tag else {}
    labels = sorted((name, value) for name, value in order.labels.items() if name != TAG_KEY)
    return {**tag, **dict(labels[: _MOST_METADATA - len(tag)])}


def method(order: TrainingOrder) -> dict[str, Any]:
    optional = {
        "grader": order.grader,
        "response_format": order.response_format,
        "hyperparameters": order.hyperparameters or None,
    }
    chosen = {name: dict(value) for name, value in optional.items() if value is not None}
    return {"type": order.method, **({order.method: chosen} if chosen else {})}


def _same(body: Mapping[str, Any], asked: str) -> Mapping[str, Any]:
    """Something between us and the provider that answers for another object would have us record another's fate."""
    if body.get("id") != asked:
        raise Unavailable("The provider answered about something else")
    return body
