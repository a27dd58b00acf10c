"""Whatever JSON a provider sends, it is read or refused as no answer; what is read can be stored."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.providers.answers import (
    read_answer,
    read_checkpoint,
    read_event,
    read_file,
    read_job,
    read_page,
)
from shared.providers.base import Unavailable
from shared.providers.graded import read_graded
from shared.providers.lenient import parse_object

NAMES = [
    "id", "created_at", "status", "error", "code", "message", "level", "data", "step", "total_steps", "train_loss",
    "metadata", "tunewright", "method", "type", "supervised", "hyperparameters", "n_epochs", "trained_tokens",
    "fine_tuned_model", "estimated_finish", "result_files", "training_file", "choices", "content", "usage",
    "prompt_tokens", "completion_tokens", "prompt_tokens_details", "cached_tokens", "has_more", "bytes", "filename",
    "status_details", "metrics", "step_number", "fine_tuned_model_checkpoint", "timing", "full_iteration", "reward",
    "model_graders_token_usage", "train_prompt_tokens", "metadata", "errors", "sub_rewards",
]  # fmt: skip
WORDS = st.sampled_from(
    ["succeeded", "failed", "cancelled", "paused", "supervised", "auto", "error", "\x00", "\ud800", ""]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12)
# Enough to be taken for the thing itself, so that the rest is looked at too.
WHOLE = {"id": "x", "created_at": 1763600500, "status": "succeeded", "fine_tuned_model": "ft:x", "step_number": 3}


@pytest.mark.parametrize(
    "read", [read_job, read_file, read_event, read_checkpoint, read_answer, read_graded, read_page]
)
@settings(max_examples=150, deadline=None)
@given(body=BODIES, whole=st.booleans())
def test_nothing_but_a_value_or_no_answer(read: Callable[[Mapping[str, Any]], Any], *, body: Any, whole: bool) -> None:
    sent = json.dumps((WHOLE if whole else {}) | body)
    try:
        value = read(parse_object(sent))
    except Unavailable:
        return
    if value is not None:
        stored = json.dumps(dataclasses.asdict(value), default=str, allow_nan=False, ensure_ascii=False)
        assert "\\u0000" not in stored
        stored.encode()


@pytest.mark.parametrize(
    "raw", ["", "null", "[]", "7", '"x"', "{", "[" * 10_000, '{"a":' * 10_000, "\ufeff{}", "9" * 5000]
)
def test_what_is_no_object_is_no_answer(raw: str) -> None:
    with pytest.raises(Unavailable):
        parse_object(raw)


def test_what_cannot_be_stored_is_replaced() -> None:
    body = parse_object('{"a\\u0000": ["\\ud800", NaN, -Infinity, 1e999, 1.5, true, "你好"]}')
    assert body == {"a\ufffd": ["?", None, None, None, 1.5, True, "你好"]}
