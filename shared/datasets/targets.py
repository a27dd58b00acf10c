"""Where a dataset could be sent: every model of the catalogue by every method that its provider documents.

Beside them, each provider and method without a model: what is judged there holds for every model, also for one that came into the
catalogue after the dataset was looked at.
"""

from dataclasses import replace

from shared.connections.catalogue import TrainableModel, catalogue
from shared.datasets.acceptance import ANY_MODEL, Target
from shared.datasets.shapes import METHODS, Shape

LARGEST_FILE_BYTES = 512_000_000
"""What OpenAI and Azure take in one request; larger files, which could go up in parts, are not sent in parts."""

MOST_GRADED_TRAINING = 50_000
MOST_GRADED_VALIDATION = 1_000
"""The most reinforcement examples in a file to train on, and in one to validate with."""


def targets(most_graded: int = MOST_GRADED_TRAINING) -> tuple[Target, ...]:
    """Everything a report has a verdict on: first whole providers, then models in the order of the catalogue."""
    of_models = [_target(model, method) for model in catalogue().values() for method in model.documented_methods]
    return tuple(_limited(target, most_graded) for target in (*ANY_MODEL, *of_models))


def _target(model: TrainableModel, method: str) -> Target:
    return Target(
        provider=model.provider,
        model=model.model,
        method=method,
        encoding=model.encoding,
        max_example_tokens=model.max_example_tokens,
        takes_images=model.trains_on_images,
    )


def _limited(target: Target, most_graded: int) -> Target:
    return replace(
        target,
        most_examples=most_graded if target.method == METHODS[Shape.REINFORCEMENT] else None,
        max_file_bytes=None if target.provider == "compatible" else LARGEST_FILE_BYTES,
    )
