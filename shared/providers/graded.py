"""What providers tell of grading, in training and when it is tried, read leniently into our values."""

from collections.abc import Mapping
from typing import Any

from shared.providers.base import Graded, GraderTokens, Unavailable
from shared.providers.lenient import LARGEST_BILL, count, mapping, number, text

LONGEST_STEP_SECONDS = 720 * 3600


def seconds_of(step: Mapping[str, Any]) -> float | None:
    """Longer than any job may last is a fault, not a time."""
    took = number(step.get("full_iteration"))
    return took if took is not None and 0 <= took <= LONGEST_STEP_SECONDS else None


def grader_tokens(usage: Mapping[str, Any]) -> dict[str, GraderTokens] | None:
    """By model, of answers in training and in evaluation alike."""

    def used(model: str, what: str) -> int:
        told = mapping(usage[model])
        return sum(count(told.get(f"{when}_{what}_tokens"), LARGEST_BILL) or 0 for when in ("train", "eval"))

    found = {
        model: GraderTokens(*(used(model, what) for what in ("prompt", "cached", "completion"))) for model in usage
    }
    return found or None


def read_graded(body: Mapping[str, Any]) -> Graded:
    """What a grader said. Every error that is set, or described, is a fault."""
    reward, told = number(body.get("reward")), mapping(body.get("metadata"))
    if reward is None:
        raise Unavailable("The provider's answer is not a grade")
    parts = {name: number(value) for name, value in mapping(body.get("sub_rewards")).items()}
    faults = [
        name if value is True else f"{name}: {value}"
        for name, value in sorted(mapping(told.get("errors")).items())
        if value is True or text(value)
    ]
    return Graded(reward, {name: value for name, value in parts.items() if value is not None}, faults)
