"""Graders that ask a model for a score: whom, with which messages, within which range."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import FieldError
from shared.jobs.ordering.graders.fields import Json, is_number, named, number_within, texts
from shared.jobs.ordering.graders.templates import Items, faults_in, reads_the_answer

# The models that OpenAI lets grade while it trains, with or without the day of their snapshot.
_GRADING = re.compile(
    r"(gpt-4o|gpt-4o-mini|gpt-4\.1|gpt-4\.1-mini|gpt-4\.1-nano|o1|o3|o3-mini|o4-mini)(-20\d\d-\d\d-\d\d)?"
)
_ROLES = ("user", "assistant", "system", "developer")
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
_SAMPLING: Mapping[str, tuple[float, float]] = {
    "seed": (-(2.0**63), 2.0**63),
    "temperature": (0, 2),
    "top_p": (0, 1),
    "max_completion_tokens": (1, 200_000),
    "max_completions_tokens": (1, 200_000),
}
"""The published document and the guides spell one of them differently: both are passed on."""


def check_score_model(grader: Json, pointer: str, items: Items | None) -> Iterator[FieldError]:
    yield from named(grader, pointer, ("model", "input"), ("range", "sampling_params"))
    yield from texts(grader, pointer, ("model",), 200)
    model = grader.get("model")
    if isinstance(model, str) and not _GRADING.fullmatch(model):
        yield FieldError(f"{pointer}/model", "is not a model that grades: take one of gpt-4o, gpt-4.1, o1, o3, o4-mini")
    yield from _range(grader, pointer)
    yield from _sampling(grader.get("sampling_params"), f"{pointer}/sampling_params")
    yield from _input(grader.get("input"), f"{pointer}/input", items)


def grading_models(grader: object) -> frozenset[str]:
    """All models that a grader asks, and those of graders within it."""
    match grader:
        case {"type": "score_model", "model": str(model)}:
            return frozenset({model})
        case {"graders": dict(graders)}:
            return frozenset().union(*map(grading_models, graders.values()))
        case _:
            return frozenset()


def _range(grader: Json, pointer: str) -> Iterator[FieldError]:
    given = grader.get("range")
    if given is None:
        return
    is_pair = isinstance(given, list) and len(given) == 2 and all(map(is_number, given))
    if not is_pair or not given[0] < given[1]:
        yield FieldError(f"{pointer}/range", "must be two numbers, the lower one first")


def _sampling(given: object, pointer: str) -> Iterator[FieldError]:
    if given is None:
        return
    if not isinstance(given, dict):
        yield FieldError(pointer, "must be an object")
        return
    for name in given:
        if name not in (*_SAMPLING, "reasoning_effort"):
            yield FieldError(f"{pointer}/{name}", "is not known")
    for name, (low, high) in _SAMPLING.items():
        yield from number_within(given, pointer, name, low, high)
    if given.get("reasoning_effort") not in (None, *_EFFORTS):
        yield FieldError(f"{pointer}/reasoning_effort", f"must be one of {', '.join(_EFFORTS)}")


def _input(given: object, pointer: str, items: Items | None) -> Iterator[FieldError]:
    if not isinstance(given, list) or not given:
        yield FieldError(pointer, "must be a list of messages")
        return
    said: list[str] = []
    for place, message in enumerate(given):
        at = f"{pointer}/{place}"
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            yield FieldError(at, f"must be a message with a role ({', '.join(_ROLES)}) and content")
            continue
        parts = list(_texts_of(message.get("content")))
        if not parts:
            yield FieldError(f"{at}/content", "must be a text, or parts of which one is a text")
        for text in parts:
            yield from faults_in(text, f"{at}/content", items)
        said += parts
    if said and not any(map(reads_the_answer, said)):
        yield FieldError(pointer, "never shows the answer: use {{sample.output_text}} somewhere")


def _texts_of(content: Any) -> Iterator[str]:
    match content:
        case str():
            yield content
        case {"type": "input_text" | "output_text" | "text", "text": str(text)}:
            yield text
        case list():
            for part in content:
                yield from _texts_of(part)
