"""Rows of every style become the examples that they mean, and what cannot be carried is found where it stands."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.findings import Finding, Severity, of_shaping
from shared.datasets.shaping.examples import to_examples
from shared.datasets.shaping.mapping import Mapping, parse_mapping
from shared.datasets.shaping.plan import Further, Shaping, Style
from shared.datasets.shaping.recognition import guess
from tests.datasets.shaping.rows import ASK, DOUBTFUL, FAULTY, GPT, HUMAN, MEANT, PLAIN, SAY
from tests.datasets.shaping.strategies import JSON

Row = dict[str, Any]


def places(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in findings]


@pytest.mark.parametrize(("row", "example"), [(row, example) for _, row, example in MEANT])
def test_a_row_becomes_the_example_it_means(row: Row, example: Row) -> None:
    before = copy.deepcopy(row)
    shaping = guess([row])
    assert isinstance(shaping, Shaping)
    made = to_examples(row, shaping)
    assert made.examples == (example,)
    assert not [finding for finding in made.findings if finding.severity is Severity.ERROR]
    assert row == before


@pytest.mark.parametrize(("style", "row", "expected"), FAULTY)
def test_every_fault_is_found_in_the_row_as_it_came(style: Style, row: Row, expected: list[tuple[str, str]]) -> None:
    made = to_examples(row, Shaping(style))
    assert made.examples == ()
    assert sorted(places(made.findings)) == sorted(expected)


@pytest.mark.parametrize(("style", "row", "expected"), DOUBTFUL)
def test_what_is_doubtful_still_gives_an_example(style: Style, row: Row, expected: list[tuple[str, str]]) -> None:
    made = to_examples(row, Shaping(style))
    assert len(made.examples) == 1
    assert places(made.findings) == expected


def test_every_code_of_shaping_has_a_row_that_shows_it() -> None:
    shown = {code for rows in (FAULTY, DOUBTFUL) for _, _, expected in rows for code, _ in expected}
    # Of the whole file, of the row's form, and of cells that hold JSON: they have tests of their own.
    elsewhere = {"unknown_form", "invalid_mapping", "columns_left_out", "other_form", "cell_not_json", "missing_value"}
    assert shown | elsewhere == of_shaping.SHAPING.keys()


def test_a_row_of_another_form_is_called_that() -> None:
    made = to_examples(PLAIN, Shaping(Style.SHAREGPT))
    assert (made.examples, places(made.findings)) == ((), [("other_form", "")])


def test_each_further_line_is_another_answer_or_the_next_turn_as_one_likes() -> None:
    row = {"conversation": ["Hi", "Hello!", "How are you?", "Fine."]}
    answers = to_examples(row, Shaping(Style.ANSWERS)).examples
    assert [example["messages"][1]["content"] for example in answers] == ["Hello!", "How are you?", "Fine."]
    assert {example["messages"][0]["content"] for example in answers} == {"Hi"}
    (turns,) = to_examples(row, Shaping(Style.ANSWERS, further=Further.TURNS)).examples
    assert [message["role"] for message in turns["messages"]] == ["user", "assistant", "user", "assistant"]


def test_several_calls_are_answered_in_their_order() -> None:
    calls = {"from": "function_call", "value": '[{"name": "a", "arguments": {}}, {"name": "b", "arguments": "{}"}]'}
    one_by_one = [{"from": "observation", "value": "1"}, {"from": "observation", "value": "2"}]
    at_once = [{"from": "observation", "value": '["1", "2"]'}]
    for answers in (one_by_one, at_once):
        row = {"conversations": [HUMAN, calls, *answers, calls, {"from": "gpt", "value": "Done."}]}
        (example,) = to_examples(row, Shaping(Style.SHAREGPT)).examples
        told = [(one["tool_call_id"], one["content"]) for one in example["messages"] if one["role"] == "tool"]
        assert told == [("call_1", "1"), ("call_2", "2")]
        ids = [call["id"] for call in example["messages"][4]["tool_calls"]]
        assert ids == ["call_3", "call_4"]


def test_images_stand_where_they_are_marked() -> None:
    row = {"conversations": [HUMAN | {"value": "<image>What is it?"}, GPT], "images": ["https://example.com/1.png"]}
    (example,) = to_examples(row, Shaping(Style.SHAREGPT)).examples
    assert example["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "https://example.com/1.png"}},
        {"type": "text", "text": "What is it?"},
    ]


def test_weights_of_turns_are_kept() -> None:
    row = {"conversations": [HUMAN, GPT | {"train": False}, HUMAN, GPT | {"weight": 1}]}
    (example,) = to_examples(row, Shaping(Style.SHAREGPT)).examples
    assert [message.get("weight") for message in example["messages"]] == [None, 0, None, 1]


def test_messages_of_a_chat_under_another_key_keep_their_calls() -> None:
    call = {"id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said = [
        ASK,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "x", "content": "1"},
        SAY,
    ]
    assert to_examples({"conversations": said}, Shaping(Style.SHAREGPT)).examples == ({"messages": said},)


def test_an_answer_of_a_tool_comes_before_what_the_user_adds() -> None:
    result = {"type": "tool_result", "tool_use_id": "x", "content": "1"}
    row = {"messages": [{"role": "user", "content": [result, {"type": "text", "text": "And now?"}]}, SAY]}
    (example,) = to_examples(row, Shaping(Style.MESSAGES)).examples
    assert [message["role"] for message in example["messages"]] == ["tool", "user", "assistant"]


KEYS = sorted({key for _, row, _ in MEANT for key in row} | {"images", "history", "functions"})
PARTS = sorted({"role", "content", "from", "value", "type", "text", "tool_calls", "function", "source", "id", "name"})
SPEAKERS = st.sampled_from(["human", "gpt", "function_call", "observation", "user", "tool_use", "image", "tool_result"])
TURN = st.dictionaries(st.sampled_from(PARTS), JSON | SPEAKERS, max_size=4)
MESSY = st.dictionaries(st.sampled_from(KEYS), JSON | TURN | st.lists(TURN, max_size=3) | SPEAKERS, max_size=5)


@settings(max_examples=120, deadline=None)
@given(st.lists(MESSY, min_size=1, max_size=2), st.sampled_from([style for style in Style if style is not Style.TABLE]))
def test_any_row_at_all_is_shaped_or_refused_but_never_crashes(rows: list[Row], style: Style) -> None:
    guess(rows)
    for row in rows:
        made = to_examples(row, Shaping(style))
        is_wrong = any(finding.severity is Severity.ERROR for finding in made.findings)
        assert bool(made.examples) != is_wrong


@settings(max_examples=30, deadline=None)
@given(MESSY)
def test_any_row_at_all_can_be_mapped(row: Row) -> None:
    mapping = parse_mapping({"messages": "messages", "tools": "tools", "reference": "input"}, KEYS)
    assert isinstance(mapping, Mapping)
    made = to_examples(row, Shaping(Style.TABLE, mapping))
    assert bool(made.examples) != any(finding.severity is Severity.ERROR for finding in made.findings)
