"""What is exported is what the trainers document, and what they cannot say is left out and reported."""

import csv
import io
import json
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings

from shared.datasets.findings import Finding, Severity
from shared.datasets.shapes import Shape
from shared.datasets.shaping.exports.entries import entry
from shared.datasets.shaping.exports.export import CannotExportError, export, to_row
from shared.datasets.shaping.exports.targets import TARGETS, Framing
from tests.datasets.shaping.rows import ASK, PLAIN, PREFERENCE, SAY, SYSTEM, TOOL, WITH_SYSTEM, WITH_TOOLS, WORSE
from tests.datasets.shaping.strategies import BROKEN_EXAMPLES

Row = dict[str, Any]

COMPLETION = {"prompt": "Where?", "completion": " Oslo"}
TALK = {"messages": [SYSTEM, ASK, SAY, ASK, WORSE]}


def exported(examples: Iterable[Row], shape: Shape, name: str) -> tuple[bytes, list[Finding]]:
    findings: list[Finding] = []
    return b"".join(export(examples, shape, name, findings.append)), findings


def rows(example: Row, shape: Shape, name: str) -> list[Row]:
    written, findings = exported([example], shape, name)
    assert findings == []
    return [json.loads(line) for line in written.splitlines()]


TURN = {"from": "human", "value": ASK["content"]}
CHAT, DPO = Shape.CHAT, Shape.PREFERENCE


@pytest.mark.parametrize(
    ("name", "shape", "example", "row"),
    [
        ("jsonl", CHAT, PLAIN, PLAIN),
        (
            "llama_factory_sharegpt",
            CHAT,
            WITH_SYSTEM,
            {"conversations": [TURN, {"from": "gpt", "value": "shipping"}], "system": "Label the ticket.", "tools": ""},
        ),
        (
            "llama_factory_sharegpt",
            CHAT,
            WITH_TOOLS,
            {
                "conversations": [
                    TURN,
                    {"from": "function_call", "value": '{"name": "find", "arguments": {"id": 7}}'},
                    {"from": "observation", "value": "in Oslo"},
                    {"from": "gpt", "value": "shipping"},
                ],
                "system": "",
                "tools": json.dumps([TOOL]),
            },
        ),
        (
            "llama_factory_sharegpt",
            DPO,
            PREFERENCE,
            {
                "conversations": [TURN],
                "system": "",
                "tools": "",
                "chosen": {"from": "gpt", "value": "shipping"},
                "rejected": {"from": "gpt", "value": "billing"},
            },
        ),
        (
            "llama_factory_alpaca",
            CHAT,
            TALK,
            {
                "instruction": ASK["content"],
                "input": "",
                "output": "billing",
                "system": "Label the ticket.",
                "history": [[ASK["content"], "shipping"]],
            },
        ),
        (
            "llama_factory_alpaca",
            DPO,
            PREFERENCE,
            {
                "instruction": ASK["content"],
                "input": "",
                "chosen": "shipping",
                "rejected": "billing",
                "system": "",
                "history": [],
            },
        ),
        ("axolotl_chat_template", CHAT, PLAIN, PLAIN),
        (
            "axolotl_chat_template",
            CHAT,
            {"messages": [ASK, SAY | {"weight": 0}, ASK, SAY | {"weight": 1}]},
            {"messages": [ASK, SAY | {"train": False}, ASK, SAY | {"train": True}]},
        ),
        ("axolotl_chat_template", DPO, PREFERENCE, {"messages": [ASK], "chosen": SAY, "rejected": WORSE}),
        ("axolotl_alpaca", CHAT, PLAIN, {"instruction": ASK["content"], "input": "", "output": "shipping"}),
        ("axolotl_completion", Shape.COMPLETION, COMPLETION, {"text": "Where? Oslo"}),
        ("trl", DPO, PREFERENCE, {"prompt": [ASK], "chosen": [SAY], "rejected": [WORSE]}),
        ("trl", Shape.REINFORCEMENT, {"messages": [ASK], "answer": 4}, {"prompt": [ASK], "answer": 4}),
        ("trl", Shape.COMPLETION, COMPLETION, COMPLETION),
        ("anthropic", CHAT, WITH_SYSTEM, {"system": "Label the ticket.", "messages": [ASK, SAY]}),
    ],
)
def test_a_row_is_what_the_trainer_documents(name: str, shape: Shape, example: Row, row: Row) -> None:
    assert rows(example, shape, name) == [row]


def test_what_open_templates_do_not_know_is_said_as_they_say_it() -> None:
    example = {
        "messages": [SYSTEM | {"role": "developer"}, ASK, {"role": "assistant", "refusal": "No.", "content": None}]
    }
    (row,) = rows(example, CHAT, "trl")
    assert row["messages"] == [SYSTEM, ASK, {"role": "assistant", "content": "No."}]


def test_calls_have_objects_as_arguments_where_templates_want_them() -> None:
    (row,) = rows(WITH_TOOLS, CHAT, "trl")
    assert row["messages"][1]["tool_calls"][0]["function"] == {"name": "find", "arguments": {"id": 7}}
    assert row["tools"] == WITH_TOOLS["tools"]


def test_anthropic_has_calls_and_answers_in_blocks() -> None:
    (row,) = rows(WITH_TOOLS, CHAT, "anthropic")
    _, called, answered, _ = row["messages"]
    assert called["content"] == [{"type": "tool_use", "id": "call_1", "name": "find", "input": {"id": 7}}]
    assert answered["role"] == "user"
    assert answered["content"] == [{"type": "tool_result", "tool_use_id": "call_1", "content": "in Oslo"}]
    assert row["tools"][0]["input_schema"] == TOOL["parameters"]


def test_lmflow_has_one_object_with_its_instances() -> None:
    written, findings = exported([WITH_SYSTEM, PLAIN], CHAT, "lmflow_conversation")
    assert findings == []
    assert json.loads(written) == {
        "type": "conversation",
        "instances": [
            {"system": "Label the ticket.", "tools": [""], "messages": [ASK, SAY]},
            {"system": "", "tools": [""], "messages": [ASK, SAY]},
        ],
    }
    written, _ = exported([PREFERENCE], DPO, "lmflow_conversation")
    (instance,) = json.loads(written)["instances"]
    assert instance["rejected"]["messages"] == [ASK, WORSE]
    written, _ = exported([WITH_SYSTEM], CHAT, "lmflow_text2text")
    assert json.loads(written)["instances"] == [
        {"input": "Label the ticket.\n\nWhere is my parcel?", "output": "shipping"}
    ]
    assert json.loads(exported([], Shape.COMPLETION, "lmflow_text2text")[0]) == {"type": "text2text", "instances": []}


def test_tables_have_lists_and_objects_as_json() -> None:
    written, _ = exported([WITH_TOOLS, PLAIN], CHAT, "csv")
    first, second = csv.DictReader(io.StringIO(written.decode(), newline=""))
    assert json.loads(first["messages"]) == WITH_TOOLS["messages"]
    assert (json.loads(first["tools"]), second["tools"]) == (WITH_TOOLS["tools"], "")


def test_parquet_is_written_in_groups_and_read_back() -> None:
    examples = ({"prompt": f"{number}", "completion": "x" * 50} for number in range(2_500))
    blocks = list(export(examples, Shape.COMPLETION, "parquet", print))
    assert len(blocks) == 4
    table = import_module("pyarrow.parquet").read_table(io.BytesIO(b"".join(blocks)))
    assert table.column("prompt").to_pylist() == [f"{number}" for number in range(2_500)]


def test_the_old_form_of_tools_is_said_in_the_new_one() -> None:
    old = {
        "messages": [
            ASK,
            {"role": "assistant", "content": None, "function_call": {"name": "find", "arguments": '{"id": 7}'}},
            {"role": "function", "name": "find", "content": "in Oslo"},
            SAY,
        ],
        "functions": [TOOL],
    }
    assert rows(old, CHAT, "llama_factory_sharegpt") == rows(WITH_TOOLS, CHAT, "llama_factory_sharegpt")


IMAGE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/1.png"}}]}
BROKEN = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{id: 7}"}}


@pytest.mark.parametrize(
    ("name", "shape", "example"),
    [
        ("llama_factory_sharegpt", CHAT, {"messages": [IMAGE, SAY]}),
        ("llama_factory_sharegpt", CHAT, {"messages": [ASK, SYSTEM, SAY]}),
        ("llama_factory_sharegpt", CHAT, {"messages": [ASK, {"role": "assistant", "tool_calls": [BROKEN]}]}),
        ("llama_factory_sharegpt", CHAT, {"messages": [ASK, {"role": "tool", "tool_call_id": "x", "content": "1"}]}),
        ("llama_factory_sharegpt", CHAT, {"messages": [*WITH_TOOLS["messages"][:3], WITH_TOOLS["messages"][2]]}),
        ("llama_factory_sharegpt", DPO, PREFERENCE | {"non_preferred_output": []}),
        ("llama_factory_alpaca", CHAT, WITH_TOOLS),
        ("llama_factory_alpaca", CHAT, {"messages": [ASK, ASK, SAY]}),
        ("llama_factory_alpaca", DPO, {"input": 3}),
        ("axolotl_alpaca", CHAT, WITH_SYSTEM),
        ("lmflow_text2text", CHAT, TALK),
        ("lmflow_conversation", CHAT, {"messages": [ASK]}),
        ("lmflow_conversation", DPO, {"input": {"messages": [ASK]}}),
        ("trl", CHAT, {"messages": 3}),
        ("trl", CHAT, PLAIN | {"tools": ["find"]}),
        ("anthropic", CHAT, {"messages": [ASK, {"role": "assistant", "tool_calls": ["find"]}]}),
        ("trl", CHAT, {"messages": [ASK, {"role": "assistant", "tool_calls": [BROKEN]}]}),
        ("trl", Shape.REINFORCEMENT, {"messages": [ASK], "prompt": "x"}),
        ("trl", Shape.COMPLETION, {"prompt": "x"}),
    ],
)
def test_what_a_format_cannot_say_is_left_out_and_reported(name: str, shape: Shape, example: Row) -> None:
    good = {Shape.CHAT: PLAIN, DPO: PREFERENCE, Shape.REINFORCEMENT: {"messages": [ASK], "a": 1}}.get(shape, COMPLETION)
    written, findings = exported([good, example], shape, name)
    assert [(finding.line, finding.code) for finding in findings] == [(2, "cannot_export")]
    assert written == exported([good], shape, name)[0]


@settings(max_examples=80, deadline=None)
@given(BROKEN_EXAMPLES)
def test_any_example_at_all_is_exported_or_refused_but_never_crashes(example: Row) -> None:
    for target in TARGETS.values():
        for shape in target.writers:
            made = to_row(example, shape, target)
            assert bool(made.examples) != any(finding.severity is Severity.ERROR for finding in made.findings)


def test_what_is_lost_is_said() -> None:
    said_beside = WITH_TOOLS["messages"][1] | {"content": "Let me look."}
    named = {"messages": [ASK | {"name": "Ann"}, SAY | {"weight": 0}, ASK, said_beside, *WITH_TOOLS["messages"][2:]]}
    _, findings = exported([named], CHAT, "llama_factory_sharegpt")
    assert [finding.code for finding in findings] == ["left_out_of_export"] * 3


def test_what_open_trainers_have_no_word_for_is_said_to_be_lost() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
    seeing = {"messages": [ASK | {"content": [image]}, SAY], "parallel_tool_calls": False}
    for name, lost in (("trl", 2), ("anthropic", 2), ("axolotl_chat_template", 2), ("jsonl", 0), ("csv", 0)):
        assert [one.code for one in exported([seeing], CHAT, name)[1]] == ["left_out_of_export"] * lost, name
    graded = {"messages": [ASK], "parallel_tool_calls": False, "answer": 4}
    assert exported([graded], Shape.REINFORCEMENT, "trl")[1] == []


def test_formats_and_shapes_that_do_not_go_together_are_refused_at_once() -> None:
    with pytest.raises(CannotExportError, match="jsonl"):
        export([], CHAT, "word", print)
    with pytest.raises(CannotExportError, match="completion"):
        export([], Shape.COMPLETION, "anthropic", print)


def test_every_format_of_instances_has_a_word_for_each_of_its_shapes() -> None:
    for target in TARGETS.values():
        if target.framing is Framing.INSTANCES:
            assert dict(target.instance_types).keys() == target.writers.keys()


def test_trainers_are_told_of_the_columns_that_the_file_has() -> None:
    for name in ("llama_factory_sharegpt", "llama_factory_alpaca"):
        for shape, example in ((CHAT, PLAIN), (DPO, PREFERENCE)):
            told = entry(name, shape, "data.jsonl")
            assert told is not None
            (row,) = rows(example, shape, name)
            assert set(told["columns"].values()) == row.keys()
            assert told.get("ranking", False) == (shape is DPO)
    assert entry("axolotl_chat_template", DPO, "d.jsonl") == {
        "path": "d.jsonl",
        "ds_type": "json",
        "type": "chat_template.default",
        "field_messages": "messages",
        "field_chosen": "chosen",
        "field_rejected": "rejected",
    }
    assert entry("trl", CHAT, "d.jsonl") is None


def test_examples_are_written_as_they_come() -> None:
    asked = []

    def examples() -> Iterable[Row]:
        for number in range(3):
            asked.append(number)
            yield PLAIN

    written = export(examples(), CHAT, "trl", print)
    assert asked == []
    next(written)
    assert asked == [0]
