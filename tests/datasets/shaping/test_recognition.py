"""How a file says its examples is recognised from its rows, or what to do is said."""

import json
from typing import Any

import pytest

from shared.datasets.shapes import Shape
from shared.datasets.shaping.plan import Further, Shaping, Style, Unshaped
from shared.datasets.shaping.recognition import columns_left_out, guess, unknown_form
from tests.datasets.shaping.rows import ASK, HUMAN, MEANT, PLAIN, SAY


@pytest.mark.parametrize(("style", "row"), [(style, row) for style, row, _ in MEANT])
def test_each_style_is_recognised(style: Style, row: dict[str, Any]) -> None:
    shaping = guess([row])
    assert isinstance(shaping, Shaping)
    assert shaping.style is style


@pytest.mark.parametrize(("style", "row"), [(style, row) for style, row, _ in MEANT])
def test_a_shaping_is_kept_as_json(style: Style, row: dict[str, Any]) -> None:
    shaping = guess([row])
    assert isinstance(shaping, Shaping)
    assert Shaping.of(json.loads(json.dumps(shaping.as_dict()))) == shaping


def test_every_style_has_a_row_of_its_own() -> None:
    assert {style for style, _, _ in MEANT} == set(Style)


def test_what_most_rows_say_decides() -> None:
    assert guess([{"conversations": [HUMAN]}, PLAIN, PLAIN]) == Shaping(Style.CHAT)


def test_chats_that_depart_are_a_manner_of_writing_unless_they_are_rare() -> None:
    departing = {"messages": [ASK, SAY], "system": "Label the ticket."}
    assert guess([departing, *[PLAIN] * 9]) == Shaping(Style.MESSAGES)
    assert guess([departing, *[PLAIN] * 10]) == Shaping(Style.CHAT)


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        ("id prompt completion", {"prompt": "prompt", "completion": "completion"}),
        ("id Question Answer", {"user": "Question", "assistant": "Answer"}),
        ("system question answer", {"user": "question", "assistant": "answer", "system": "system"}),
        ("text label", {"user": "text", "assistant": "label"}),
        ("id title body label", {"user": "{title}\n{body}", "assistant": "label"}),
        ("问题 答案", {"user": "问题", "assistant": "答案"}),
        ("标题 内容 标签", {"user": "{标题}\n{内容}", "assistant": "标签"}),
        ("question chosen rejected", {"user": "question", "preferred": "chosen", "non_preferred": "rejected"}),
        ("question better worse", {"user": "question", "preferred": "better", "non_preferred": "worse"}),
        ("question ground_truth", {"user": "question", "reference": {"ground_truth": "ground_truth"}}),
        ("messages tools", {"messages": "messages", "tools": "tools"}),
        (
            "input preferred_output non_preferred_output",
            {
                "input": "input",
                "preferred_output": "preferred_output",
                "non_preferred_output": "non_preferred_output",
            },
        ),
    ],
)
def test_plain_columns_are_mapped(columns: str, mapping: dict[str, Any]) -> None:
    shaping = guess([dict.fromkeys(columns.split(), 1)])
    assert isinstance(shaping, Shaping)
    assert shaping.mapping is not None
    assert shaping.mapping.given == mapping


BESIDE_CONTEXT = [
    "question context answer",
    "question A B C D answer",
    "question choices answer",
    "query response history",
    "prompt completion passage",
    "question document ground_truth",
    "text summary category",
    "问题 上下文 答案",
]


@pytest.mark.parametrize(
    "columns", ["a b", "text sentence label", "question", "text label category", "title label", *BESIDE_CONTEXT]
)
def test_columns_that_could_mean_several_things_are_not_guessed(columns: str) -> None:
    unshaped = guess([dict.fromkeys(columns.split(), "x")])
    assert unshaped == Unshaped(tuple(columns.split()))
    finding = unknown_form(unshaped)
    assert all(f'"{column}"' in finding.message for column in columns.split())
    assert '"mapping"' in finding.fix


def test_nothing_is_recognised_in_nothing() -> None:
    with pytest.raises(ValueError):
        guess([])


def test_columns_that_no_example_uses_are_named_once() -> None:
    shaping = guess([{"id": 1, "question": "a", "answer": "b", "date": "c"}])
    assert isinstance(shaping, Shaping)
    finding = columns_left_out(["id", "question", "answer", "date"], shaping)
    assert finding is not None
    assert (finding.line, finding.code) == (0, "columns_left_out")
    assert finding.message.endswith("id, date")
    assert columns_left_out(["question", "answer"], shaping) is None
    assert columns_left_out(["conversations", "system"], Shaping(Style.SHAREGPT)) is None
    assert columns_left_out(["messages", "id"], Shaping(Style.CHAT)) is None


def test_a_table_and_nothing_else_has_a_mapping() -> None:
    with pytest.raises(ValueError):
        Shaping(Style.TABLE)
    assert Shaping(Style.ANSWERS, further=Further.TURNS).shape is Shape.CHAT
    assert guess([{"conversations": [HUMAN]}]) == Shaping(Style.SHAREGPT)
