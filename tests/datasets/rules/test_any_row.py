"""Whatever a row holds, the rules say something of it or nothing, and come to an end."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.rules import check, references
from shared.datasets.rules.arguments import MOST_VALUES, departures
from shared.datasets.rules.conversation import MOST_CALLS_COMPARED
from shared.datasets.shapes import Shape
from tests.datasets.rules.rows import answer, calling, tool, user

KEYS = st.sampled_from(
    [
        *("messages", "tools", "functions", "parallel_tool_calls", "input", "preferred_output", "non_preferred_output"),
        *("preferred_completion", "prompt", "completion", "text", "chosen", "rejected", "answer"),
        *("role", "content", "type", "image_url", "url", "tool_calls", "function", "name", "arguments", "parameters"),
        *("properties", "enum", "required", "items", "weight", "refusal", "id", "tool_call_id"),
    ]
)
TEXTS = st.sampled_from(
    ["user", "assistant", "tool", "system", "text", "image_url", "function", "{}", "object", "c1", ""]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
MESSAGES = st.lists(
    st.dictionaries(KEYS, JSON, max_size=3).map(lambda more: {"role": "user", "content": "a"} | more), max_size=3
)
ROWS = st.dictionaries(KEYS, JSON | MESSAGES, max_size=5)


@settings(deadline=None, max_examples=300)
@given(row=ROWS, shape=st.sampled_from(Shape))
def test_any_row_can_be_checked_as_any_shape(row: dict[str, Any], shape: Shape) -> None:
    for finding in check(row, shape):
        assert finding.message
        assert finding.fix
        assert finding.pointer == "" or finding.pointer.startswith("/")


@settings(deadline=None, max_examples=200)
@given(arguments=JSON, parameters=JSON, grader=JSON)
def test_any_schema_and_any_grader_can_be_read(arguments: object, parameters: object, grader: object) -> None:
    assert all(isinstance(one, str) for one in departures(arguments, parameters))
    assert all(isinstance(one, str) for one in references(grader))


def test_a_schema_that_goes_on_for_ever_is_looked_at_so_far() -> None:
    endless: dict[str, Any] = {"type": "array"}
    endless["items"] = endless
    deep: list[Any] = []
    for _ in range(10 * MOST_VALUES):
        deep = [deep]
    assert list(departures(deep, endless)) == []
    assert len(list(departures([1] * 10 * MOST_VALUES, endless))) == MOST_VALUES - 1


def test_so_many_calls_are_compared_with_their_declaration_and_no_more() -> None:
    missing = tool({"type": "object", "required": ["city"]})
    calls = [calling(call_id=f"c{n}")["tool_calls"][0] for n in range(MOST_CALLS_COMPARED + 50)]
    row = {"messages": [user(), {"role": "assistant", "tool_calls": calls}], "tools": [missing]}
    codes = [finding.code for finding in check(row, Shape.CHAT)]
    assert codes == ["arguments_do_not_fit"] * MOST_CALLS_COMPARED


@pytest.mark.parametrize("shape", Shape)
def test_each_shape_has_a_row_that_nothing_is_wrong_with(shape: Shape) -> None:
    good: dict[Shape, dict[str, Any]] = {
        Shape.CHAT: {"messages": [user(), answer()]},
        Shape.PREFERENCE: {
            "input": {"messages": [user()]},
            "preferred_output": [answer("a")],
            "non_preferred_output": [answer("b")],
        },
        Shape.REINFORCEMENT: {"messages": [user()], "answer": 1},
        Shape.COMPLETION: {"prompt": "a", "completion": "b"},
    }
    assert [other for other in Shape if not list(check(good[shape], other))] == [shape], json.dumps(good[shape])
