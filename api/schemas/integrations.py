"""Services that a provider tells of a training, on the wire: Weights & Biases, at OpenAI."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.schemas.base import Schema, example

_Word = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Tag = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


class WandbSchema(Schema):
    """The run that the provider writes: its project, its name (the job's id if there is none), and whose it is."""

    model_config = example({"project": "triage", "name": "v3", "entity": None, "tags": ["support"]})
    project: _Word
    name: _Word | None = None
    entity: _Word | None = None
    tags: Annotated[list[_Tag], Field(max_length=50)] = Field(default_factory=list)


class IntegrationSchema(Schema):
    """Numbers of the training go there, no examples. The provider's account must know the service's key."""

    model_config = example({"type": "wandb", "wandb": {"project": "triage", "tags": ["support"]}})
    type: Literal["wandb"]
    wandb: WandbSchema

    def told(self) -> dict[str, Any]:
        """As the provider is told."""
        return {"type": self.type, self.type: self.wandb.model_dump(exclude_none=True, exclude_defaults=True)}


Integrations = Annotated[
    list[IntegrationSchema], Field(max_length=5, description="At OpenAI: services that it tells of the training.")
]
