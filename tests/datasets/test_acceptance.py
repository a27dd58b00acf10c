"""Who would take a dataset, for which model and method, and what stands against it where."""

import inspect
from dataclasses import replace

import pytest

from shared.connections.catalogue import catalogue
from shared.datasets import acceptance as module
from shared.datasets.acceptance import ANY_MODEL, Acceptance, Found, Objection, Sighting, Target, acceptance
from shared.datasets.findings import FINDING_CODES
from shared.datasets.findings.of_targets import TARGET
from shared.datasets.shapes import Shape
from shared.datasets.targets import MOST_GRADED_VALIDATION, targets
from tests.datasets.rules.removing import Saying, sayings, without

GPT = Target("openai", "gpt-4.1", "supervised", "o200k_base", 100, takes_images=True, max_file_bytes=1_000)
SMALL = replace(GPT, model="gpt-3.5", encoding="cl100k_base", max_example_tokens=50, takes_images=False)
AZURE, COMPATIBLE = replace(GPT, provider="azure"), Target("compatible", None, "supervised")
DPO = replace(GPT, method="dpo")
GRADED = replace(GPT, method="reinforcement", most_examples=1_000)

GOOD = Found(Shape.CHAT, examples=100, size_bytes=1_000)


def seen(**codes: Sighting) -> Found:
    return replace(GOOD, codes=codes)


ON_LINES = Sighting(3, (4, 7, 9))

CASES: list[tuple[str, Found, Target, list[tuple[str, int, tuple[int, ...]]]]] = [
    ("a good file", GOOD, GPT, []),
    ("an error is one everywhere", seen(missing_role=ON_LINES), AZURE, [("missing_role", 3, (4, 7, 9))]),
    ("what Azure refuses, OpenAI takes", seen(null_value=ON_LINES), GPT, []),
    ("what Azure refuses", seen(null_value=ON_LINES), AZURE, [("null_value", 3, (4, 7, 9))]),
    ("eleven images at OpenAI", seen(over_10_images=ON_LINES), GPT, [("over_10_images", 3, (4, 7, 9))]),
    ("eleven images at Azure", seen(over_10_images=ON_LINES), AZURE, []),
    ("roles in a row", seen(roles_not_alternating=ON_LINES), COMPATIBLE, [("roles_not_alternating", 3, (4, 7, 9))]),
    ("mere doubts", seen(empty_content=ON_LINES, no_user_message=ON_LINES), GPT, []),
    ("a chat is no preference", GOOD, DPO, [("format_does_not_fit_method", 100, ())]),
    ("a preference is no chat", replace(GOOD, shape=Shape.PREFERENCE), GPT, [("format_does_not_fit_method", 100, ())]),
    ("a preference for what it is for", replace(GOOD, shape=Shape.PREFERENCE), DPO, []),
    (
        "nobody trains completions",
        replace(GOOD, shape=Shape.COMPLETION),
        GPT,
        [("format_does_not_fit_method", 100, ())],
    ),
    (
        "too long for this one",
        replace(GOOD, over_long={("cl100k_base", 50): ON_LINES}),
        SMALL,
        [("example_too_long_for_model", 3, (4, 7, 9))],
    ),
    ("not too long for that one", replace(GOOD, over_long={("cl100k_base", 50): ON_LINES}), GPT, []),
    ("too long for all, of a model", seen(example_too_long=ON_LINES), SMALL, []),
    (
        "too long for all, of any model",
        seen(example_too_long=ON_LINES),
        COMPATIBLE,
        [("example_too_long", 3, (4, 7, 9))],
    ),
    ("a file of just the size", replace(GOOD, size_bytes=1_000), GPT, []),
    ("a file too large by a byte", replace(GOOD, size_bytes=1_001), GPT, [("file_too_large", 1, ())]),
    ("as many as are graded", replace(GOOD, shape=Shape.REINFORCEMENT, examples=1_000), GRADED, []),
    (
        "more than are graded",
        replace(GOOD, shape=Shape.REINFORCEMENT, examples=1_001),
        GRADED,
        [("too_many_examples", 1_001, ())],
    ),
    ("images for the blind", replace(GOOD, with_images=ON_LINES), SMALL, [("images_not_taken", 3, (4, 7, 9))]),
    ("images for those who see", replace(GOOD, with_images=ON_LINES), GPT, []),
    (
        "some examples with images",
        replace(GOOD, with_images=ON_LINES),
        COMPATIBLE,
        [("images_in_some_examples_only", 3, (4, 7, 9))],
    ),
    ("images everywhere", replace(GOOD, examples=3, with_images=ON_LINES), COMPATIBLE, []),
    ("fifty thousand with images", replace(GOOD, with_images=Sighting(50_000)), GPT, []),
    (
        "one more with images",
        replace(GOOD, with_images=Sighting(50_001)),
        GPT,
        [("too_many_examples_with_images", 50_001, ())],
    ),
    (
        "two objections, by code",
        replace(seen(missing_role=ON_LINES), size_bytes=2_000),
        GPT,
        [("file_too_large", 1, ()), ("missing_role", 3, (4, 7, 9))],
    ),
]


def is_judged(found: Found, target: Target, expected: list[tuple[str, int, tuple[int, ...]]]) -> bool:
    against = tuple(Objection(*one) for one in expected)
    verdict = Acceptance(target.provider, target.model, target.method, not against, against)
    return acceptance(found, [target]) == (verdict,)


@pytest.mark.parametrize(("found", "target", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_verdict(found: Found, target: Target, expected: list[tuple[str, int, tuple[int, ...]]]) -> None:
    assert is_judged(found, target, expected)


SAYINGS = list(sayings(module))


@pytest.mark.parametrize("saying", SAYINGS, ids=map(str, SAYINGS))
def test_every_objection_is_missed_when_it_is_taken_away(saying: Saying) -> None:
    with without(saying):
        assert not all(is_judged(*case[1:]) for case in CASES)


@pytest.mark.parametrize("rule", module.TARGET_RULES, ids=[rule.__name__ for rule in module.TARGET_RULES])
def test_every_rule_is_missed(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TARGET_RULES", tuple(other for other in module.TARGET_RULES if other is not rule))
    assert not all(is_judged(*case[1:]) for case in CASES)


def test_every_code_of_targets_is_used_and_explained() -> None:
    used = {code for *_, expected in CASES for code, *_ in expected}
    assert used >= TARGET.keys()
    assert used <= FINDING_CODES.keys()
    assert all(code in inspect.getsource(module) for code in TARGET)


def test_there_is_a_verdict_for_every_provider_model_and_documented_method() -> None:
    judged = [(one.provider, one.model, one.method) for one in acceptance(GOOD, targets())]
    assert len(judged) == len(set(judged))
    of_models = {(m.provider, m.model, method) for m in catalogue().values() for method in m.documented_methods}
    of_providers = {(one.provider, None, one.method) for one in ANY_MODEL}
    assert set(judged) == of_models | of_providers
    assert ("openai", "gpt-4.1-2025-04-14", "dpo") in of_models


def test_whatever_can_be_ordered_has_a_verdict() -> None:
    assert all(set(model.methods) <= set(model.documented_methods) for model in catalogue().values())


def test_a_file_to_validate_with_is_held_to_its_own_limit() -> None:
    found = replace(GOOD, shape=Shape.REINFORCEMENT, examples=1_001)
    training = {one.method for one in acceptance(found, targets()) if one.accepted}
    validating = {one.method for one in acceptance(found, targets(MOST_GRADED_VALIDATION)) if one.accepted}
    assert (training, validating) == ({"reinforcement"}, set())


def test_a_preference_is_taken_where_preferences_are_trained() -> None:
    taking = {
        (one.provider, one.model)
        for one in acceptance(replace(GOOD, shape=Shape.PREFERENCE), targets())
        if one.accepted
    }
    assert ("openai", "gpt-4.1-mini-2025-04-14") in taking
    assert ("azure", "gpt-4o-2024-08-06") in taking
    assert ("openai", "gpt-3.5-turbo-0125") not in taking
    assert ("azure", "gpt-4o-mini-2024-07-18") not in taking
