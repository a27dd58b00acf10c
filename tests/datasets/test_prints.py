"""A fingerprint stays the same however an example is written, and differs when it says something else."""

import json
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.datasets.prints import (
    LARGEST,
    MAGIC,
    Prints,
    PrintsAreBrokenError,
    PrintsWriter,
    canonical,
    fingerprint,
    parted,
)
from shared.datasets.shapes import Shape

Example = dict[str, Any]

ASKED: Example = {"role": "user", "content": "Where is my parcel?"}
CHAT: Example = {"messages": [ASKED, {"role": "assistant", "content": "shipping"}], "parallel_tool_calls": False}
PREFERENCE: Example = {
    "input": {"messages": [ASKED]},
    "preferred_output": [{"role": "assistant", "content": "shipping"}],
    "non_preferred_output": [{"role": "assistant", "content": "billing"}],
}
REINFORCEMENT: Example = {"messages": [ASKED], "answer": "shipping"}
COMPLETION: Example = {"prompt": "Where? ->", "completion": " shipping"}
OF_EACH_SHAPE = [
    (Shape.CHAT, CHAT),
    (Shape.PREFERENCE, PREFERENCE),
    (Shape.REINFORCEMENT, REINFORCEMENT),
    (Shape.COMPLETION, COMPLETION),
]


def with_keys_turned_round(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_keys_turned_round(child) for key, child in reversed(value.items())}
    return [with_keys_turned_round(child) for child in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("shape", "example"), OF_EACH_SHAPE)
def test_the_order_of_keys_does_not_matter(shape: Shape, example: Example) -> None:
    assert fingerprint(with_keys_turned_round(example), shape) == fingerprint(example, shape)


@pytest.mark.parametrize(("shape", "example"), OF_EACH_SHAPE)
def test_prompt_and_rest_are_the_whole_example(shape: Shape, example: Example) -> None:
    prompt, rest = parted(example, shape)
    said = json.dumps([prompt, rest])
    assert all(json.dumps(text) in said for text in ("Where? ->", ASKED["content"]) if text in json.dumps(example))
    assert "shipping" not in json.dumps(prompt)
    assert "shipping" in json.dumps(rest)


def test_another_answer_leaves_the_prompt_what_it_was() -> None:
    other = {**CHAT, "messages": [ASKED, {"role": "assistant", "content": "returns"}]}
    assert fingerprint(other, Shape.CHAT).prompt == fingerprint(CHAT, Shape.CHAT).prompt
    assert fingerprint(other, Shape.CHAT).example != fingerprint(CHAT, Shape.CHAT).example


@pytest.mark.parametrize(
    "other",
    [
        {"messages": CHAT["messages"]},
        {**CHAT, "messages": [{"role": "system", "content": ""}, *CHAT["messages"]]},
        {**CHAT, "messages": [{**ASKED, "content": "where is my parcel?"}, CHAT["messages"][1]]},
        {**CHAT, "messages": [*CHAT["messages"], ASKED, CHAT["messages"][1]]},
    ],
    ids=["no parallel_tool_calls", "a system message", "lower case", "a further turn"],
)
def test_another_prompt_is_another_prompt(other: Example) -> None:
    assert fingerprint(other, Shape.CHAT).prompt != fingerprint(CHAT, Shape.CHAT).prompt


def test_a_prompt_is_the_same_in_every_shape_of_chat() -> None:
    chat = {"messages": CHAT["messages"]}
    of_shapes = [(chat, Shape.CHAT), (PREFERENCE, Shape.PREFERENCE), (REINFORCEMENT, Shape.REINFORCEMENT)]
    assert len({fingerprint(example, shape).prompt for example, shape in of_shapes}) == 1


def test_true_is_not_one_and_one_is_not_the_text() -> None:
    graded = [{"messages": [ASKED], "answer": answer} for answer in (True, 1, "1", 1.5, None)]
    assert len({fingerprint(example, Shape.REINFORCEMENT).example for example in graded}) == 5


def test_fingerprints_stay_the_same_from_version_to_version() -> None:
    assert fingerprint(COMPLETION, Shape.COMPLETION) == (11160299012575680597, 1701864323586838407)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
numbers = st.integers(-2, 2) | st.floats(-2, 2).map(lambda number: round(number, 1))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(texts, children, max_size=3),
    max_leaves=6,
)


@given(values, values)
def test_two_values_have_one_canonical_form_if_and_only_if_they_are_the_same_json(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) == same
    assert json.loads(canonical(one)) == one


uint32 = st.integers(0, LARGEST)
uint64 = st.integers(0, 2**64 - 1)


@given(st.lists(st.lists(st.tuples(uint32, uint64, uint64, uint32), max_size=5), max_size=4))
def test_what_was_written_block_by_block_is_read_as_one(blocks: list[list[tuple[int, int, int, int]]]) -> None:
    file = BytesIO()
    writer = PrintsWriter(file)
    for block in blocks:
        columns = ([record[column] for record in block] for column in range(4))
        lines, examples, prompts, tokens = columns
        writer.add(lines, np.array(examples, np.uint64), np.array(prompts, np.uint64), tokens)
    records = [record for block in blocks for record in block]
    file.seek(0)
    prints = Prints.read(file)
    assert prints.records.tolist() == records
    assert len(prints) == len(records)
    assert prints.tokens == sum(record[3] for record in records)


def test_numbers_too_large_for_a_record_do_not_wrap_round() -> None:
    file = BytesIO()
    PrintsWriter(file).add([2**32 + 5], [1], [2], [2**40])
    file.seek(0)
    assert Prints.read(file).records.tolist() == [(LARGEST, 1, 2, LARGEST)]


@pytest.mark.parametrize("content", [b"", b"TWPRINT9", MAGIC + b"1234", b"{}"])
def test_what_is_no_file_of_fingerprints_is_refused(content: bytes) -> None:
    with pytest.raises(PrintsAreBrokenError):
        Prints.read(BytesIO(content))
