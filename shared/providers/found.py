"""What a provider tells of jobs and models that were not ordered through us. Pure values; None = it does not tell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_OPENAI = re.compile(r"ft:(?P<base>[^:]+):")
_AZURE = re.compile(r"(?P<base>.+?)\.ft-")


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What a job was ordered as. `model` is what was trained: a base model, or a tuned one that was trained further."""

    model: str | None = None
    method: str | None = None
    suffix: str | None = None
    seed: int | None = None
    validation_file_id: str | None = None
    finished_at: datetime | None = None
    fine_tuned_model: str | None = None
    integrations: Sequence[Mapping[str, Any]] = ()


NOTHING_TOLD = JobFacts()


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A tuned model, by its provider's name for it."""

    name: str
    base_model: str
    created_at: datetime | None = None


def base_of(model: str) -> str:
    """The base model at the root of a tuned model's name, as providers write such names; else the name itself."""
    found = _OPENAI.match(model) or _AZURE.match(model)
    return found["base"] if found else model
