"""Azure OpenAI: what it does otherwise than OpenAI, whose protocol it speaks.

It covers the data plane only (files, jobs, models, chat); deployments are made at another address: see `arm`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, ClassVar, cast
from urllib.parse import urlsplit

import httpx2
from openai import OpenAI
from typing_extensions import override

from shared.providers.answers import read_azure_model, read_event, read_file, read_job
from shared.providers.base import (
    Access,
    Account,
    Cancelled,
    Finished,
    Moderated,
    ProviderError,
    ProviderEvent,
    ProviderFile,
    ProviderJob,
    ProviderModel,
    Rejected,
    TrainingOrder,
    Unavailable,
    Unnamed,
)
from shared.providers.bom import WithBom
from shared.providers.clients import open_dated_azure, open_openai
from shared.providers.entra.sources import source_of
from shared.providers.identity import COGNITIVE_SERVICES
from shared.providers.lenient import LARGEST_BILL, count
from shared.providers.openai import OpenAIProvider, method, ordered
from shared.providers.tiers import ServiceTier, training_tiers
from shared.providers.translation import Raw, redact

_BILL = re.compile(r"Training tokens billed: *([0-9][0-9,]{0,30})")

_V1_SPELLING = {
    ServiceTier.STANDARD: "Standard",
    ServiceTier.GLOBAL: "GlobalStandard",
    ServiceTier.DEVELOPER: "Developer",
}
_DATED_SPELLING = {ServiceTier.GLOBAL: "globalstandard", ServiceTier.DEVELOPER: "developerTier"}
"""A tier that is spelt otherwise is taken for the standard one, which is dearer, in silence; so is none."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer as it came."""

    http_response: httpx2.Response


class AzureProvider(OpenAIProvider):
    """One Azure OpenAI resource; `api_version` None means the undated v1 API. In `chat`, `model` is a deployment's name."""

    moderates: ClassVar[bool] = False

    def __init__(self, access: Access) -> None:
        """Where the account is asked as an Entra application, its token is fetched here, unless one is still good."""
        if access.identity is not None:
            access = replace(access, credential=source_of(access.identity).token(COGNITIVE_SERVICES))
        super().__init__(access)

    @override
    def _ask(self, send: Callable[..., Raw], *given: Any, **named: Any) -> httpx2.Response:
        """A token that was refused is not shown again."""
        try:
            return super()._ask(send, *given, **named)
        except Rejected as error:
            if error.credential and self._access.identity is not None:
                source_of(self._access.identity).forget(COGNITIVE_SERVICES)
            raise

    @override
    def _connect(self, access: Access) -> OpenAI:
        if access.api_version is not None:
            return open_dated_azure(access, api_version=access.api_version)
        # v1 takes the key as bearer token too, so the plain client serves.
        return open_openai(access, base_url=f"{access.base_url.rstrip('/')}/openai/v1/")

    @override
    def check(self) -> Account:
        """The list of models tells of each whether this resource may train it."""
        try:
            models = self.models()
        except Unavailable as error:
            return Account(reachable=False, training=None, detail=error.reason)
        told = [model.trainable for model in models if model.trainable is not None]
        training = any(told) if told else None
        return Account(reachable=True, training=training, detail="The credential works")

    @override
    def _read_model(self, body: Mapping[str, Any]) -> ProviderModel | None:
        return read_azure_model(body)

    @override
    def upload(self, name: str, content: BinaryIO) -> ProviderFile:
        """Azure asks for UTF-8 with a byte order mark; our files have none."""
        return super().upload(name, cast("BinaryIO", WithBom(content)))

    @override
    def fetch(self, name: str, address: str) -> ProviderFile:
        """Azure fetches in its own time: the file is `pending` until then. An answer may repeat the address, or its signature."""
        wanted = {"purpose": "fine-tune", "filename": name, "content_url": address}
        try:
            return read_file(self._body(self._import, body=wanted))
        except ProviderError as error:
            for secret in (address, urlsplit(address).query):
                error.reason = redact(error.reason, secret)
            error.args = (error.reason,)
            raise

    def _import(self, body: Mapping[str, str]) -> Raw:
        """The SDK has no method for it."""
        return _Sent(self._client.post("/files/import", cast_to=httpx2.Response, body=dict(body)))

    @override
    def moderate(self, texts: Sequence[str]) -> Sequence[Moderated]:
        """Azure filters what is asked and answered; it has no endpoint that only judges."""
        raise Rejected("Azure OpenAI has no moderation to ask", code="not_offered", status=404)

    @override
    def _order(self, order: TrainingOrder) -> dict[str, Any]:
        """No metadata: a tag would be dropped. Dated APIs older than `method` know hyperparameters at the top only, and a
        supervised job is what they all understand without it; other methods, and v1, are ordered as at OpenAI.
        """
        version = self._access.api_version
        tier = _training_type(order, version)
        if version is None or order.method != "supervised":
            return {**ordered(order), **tier, "method": method(order)}
        hyperparameters = {"hyperparameters": dict(order.hyperparameters)} if order.hyperparameters else {}
        return {**ordered(order), **tier, **hyperparameters}

    @override
    def jobs_of_file(self, training_file_id: str | None, tag: str) -> Sequence[ProviderJob]:
        """There are no tags to filter by; a resource keeps 100 jobs at most."""
        return [] if training_file_id is None else self._jobs_of_file(training_file_id)

    @override
    def _read_job(self, body: Mapping[str, Any]) -> ProviderJob:
        """`trained_tokens` counts something else here than what is billed (see the event that states the bill)."""
        job = read_job(body)
        match job.outcome:
            case Finished(model=model):
                return replace(job, outcome=Finished(model, billed_tokens=None))
            case Unnamed():
                return replace(job, outcome=Unnamed(billed_tokens=None))
            case Cancelled():
                return replace(job, outcome=Cancelled(billed_tokens=None))
            case _:
                return job

    @override
    def _read_event(self, body: Mapping[str, Any]) -> ProviderEvent | None:
        event = read_event(body)
        bill = _BILL.match(event.message) if event is not None else None
        if event is None or bill is None:
            return event
        return replace(event, billed_tokens=count(int(bill[1].replace(",", "")), LARGEST_BILL))


def _training_type(order: TrainingOrder, version: str | None) -> dict[str, Any]:
    """The SDK knows no tiers, so they are sent beside its own parameters; to an API that knows none, nothing is."""
    if order.tier not in training_tiers("azure", version):
        return {}
    spelling = _V1_SPELLING if version is None else _DATED_SPELLING
    spelt = spelling.get(order.tier)
    return {"extra_body": {"trainingType": spelt}} if spelt else {}
