"""A server of open-weight models that speaks OpenAI's fine-tuning protocol: what it does otherwise than OpenAI.

Proved on the documented behaviour of one hosted service; what is rested on stands in docs/providers.md. It has no metadata, so a
job is told by its file, and its jobs name no model, so that is told by their checkpoints; a list alone does not tell them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from typing_extensions import override

from shared.providers.base import (
    Finished,
    Graded,
    Moderated,
    ProviderJob,
    ProviderModel,
    Rejected,
    TrainingOrder,
    Unnamed,
)
from shared.providers.found import TunedModel
from shared.providers.lenient import count, number, text
from shared.providers.openai import OpenAIProvider, method, ordered


class CompatibleProvider(OpenAIProvider):
    """One account there."""

    moderates: ClassVar[bool] = False
    grades: ClassVar[bool] = False

    @override
    def models(self) -> Sequence[ProviderModel]:
        """None: such a list does not say what can be trained, and has tuned models under names like any other. What is offered
        is said by the connection.
        """
        return ()

    @override
    def moderate(self, texts: Sequence[str]) -> Sequence[Moderated]:
        raise Rejected("A compatible server has no moderation that is known", code="not_offered", status=404)

    @override
    def check_grader(self, grader: Mapping[str, Any]) -> None:
        raise Rejected("A compatible server has no graders that are known", code="not_offered", status=404)

    @override
    def grade(self, grader: Mapping[str, Any], answer: str, item: Mapping[str, Any]) -> Graded:
        raise Rejected("A compatible server has no graders that are known", code="not_offered", status=404)

    @override
    def _order(self, order: TrainingOrder) -> dict[str, Any]:
        """Without metadata. Supervised hyperparameters stand at the top, where such servers had them first and still take them;
        the SDK would refuse those that are not OpenAI's, hence `extra_body`.
        """
        if order.method != "supervised":
            return {**ordered(order), "extra_body": {"method": method(order)}}
        return {**ordered(order), "extra_body": {"hyperparameters": dict(order.hyperparameters)}}

    @override
    def tuned_models(self) -> Sequence[TunedModel]:
        """None: they are listed under names like any other."""
        return ()

    @override
    def jobs_of_file(self, training_file_id: str | None, tag: str) -> Sequence[ProviderJob]:
        """There are no tags to filter by."""
        return [] if training_file_id is None else [self._named(job) for job in self._jobs_of_file(training_file_id)]

    @override
    def job(self, provider_job_id: str) -> ProviderJob | None:
        seen = super().job(provider_job_id)
        return None if seen is None else self._named(seen)

    @override
    def cancel(self, provider_job_id: str) -> ProviderJob:
        return self._named(super().cancel(provider_job_id))

    @override
    def _read_job(self, body: Mapping[str, Any]) -> ProviderJob:
        """Result files are left alone: where there are any they are weights, and not the table of steps."""
        return replace(super()._read_job(body), result_file_ids=())

    def _named(self, job: ProviderJob) -> ProviderJob:
        """A job that is over without naming its model: it is the last checkpoint, written as what a model is made of there."""
        if not isinstance(job.outcome, Unnamed):
            return job
        last = self._last_checkpoint(job.id)
        if last is None:
            return job  # not told yet: it is looked at again
        return replace(job, outcome=Finished(f"{job.id}:{last}", job.trained_tokens))

    def _last_checkpoint(self, provider_job_id: str) -> str | None:
        """Its id, which is all that is needed of it. Of those that cannot be told apart, the one that is listed first."""
        listed = self._client.fine_tuning.jobs.checkpoints.with_raw_response.list
        named = [one for one in self._entries(listed, provider_job_id, limit=100) if text(one.get("id"))]
        return text(max(named, key=_place, default=dict[str, Any]()).get("id"))


def _place(checkpoint: Mapping[str, Any]) -> tuple[float, float]:
    """Where in its job's story a checkpoint stands."""
    return count(checkpoint.get("step_number")) or 0, number(checkpoint.get("created_at")) or 0
