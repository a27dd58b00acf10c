"""Azure OpenAI: what it does otherwise than OpenAI, whose protocol it speaks.

It covers the data plane only (files, jobs, models, chat); deployments are made at another address with another credential.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, ClassVar, cast

from openai import OpenAI
from typing_extensions import override

from shared.providers.answers import read_azure_model, read_event, read_job
from shared.providers.base import (
    Access,
    Account,
    Cancelled,
    Finished,
    Moderated,
    ProviderEvent,
    ProviderFile,
    ProviderJob,
    ProviderModel,
    Rejected,
    TrainingOrder,
    Unavailable,
)
from shared.providers.bom import WithBom
from shared.providers.clients import open_dated_azure, open_openai
from shared.providers.lenient import LARGEST_BILL, count
from shared.providers.openai import OpenAIProvider, method, ordered

_BILL = re.compile(r"Training tokens billed: *([0-9][0-9,]{0,30})")

_FIRST_WITH_TIERS = "2025"


def _tier(version: str | None) -> str:
    """Azure's global training tier, whose prices are the ones we know. Left out, the resource's own region would be billed,
    which is dearer; the two kinds of API spell it differently, and take a wrong spelling for the dearer one in silence.
    """
    return "GlobalStandard" if version is None else "globalstandard"


class AzureProvider(OpenAIProvider):
    """One Azure OpenAI resource; `api_version` None means the undated v1 API. In `chat`, `model` is a deployment's name."""

    moderates: ClassVar[bool] = False

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
    def moderate(self, texts: Sequence[str]) -> Sequence[Moderated]:
        """Azure filters what is asked and answered; it has no endpoint that only judges."""
        raise Rejected("Azure OpenAI has no moderation to ask", code="not_offered", status=404)

    @override
    def _order(self, order: TrainingOrder) -> dict[str, Any]:
        """No metadata: a tag would be dropped. Dated APIs older than `method` know hyperparameters at the top only, and a
        supervised job is what they all understand without it; other methods, and v1, are ordered as at OpenAI.
        """
        version = self._access.api_version
        tier = (
            {}
            if version is not None and version < _FIRST_WITH_TIERS
            else {"extra_body": {"trainingType": _tier(version)}}
        )
        if version is None or order.method != "supervised":
            return {**ordered(order), **tier, "method": method(order)}
        hyperparameters = {"hyperparameters": dict(order.hyperparameters)} if order.hyperparameters else {}
        return {**ordered(order), **tier, **hyperparameters}

    @override
    def jobs_of_file(self, training_file_id: str, tag: str) -> Sequence[ProviderJob]:
        """There are no tags to filter by; a resource keeps 100 jobs at most."""
        return self._jobs_of_file(training_file_id)

    @override
    def _read_job(self, body: Mapping[str, Any]) -> ProviderJob:
        """`trained_tokens` counts something else here than what is billed (see the event that states the bill)."""
        job = read_job(body)
        match job.outcome:
            case Finished(model=model):
                return replace(job, outcome=Finished(model, billed_tokens=None))
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
