"""A file is made out from its beginning: what its rows mean, how its lines are counted, and what is said when nobody knows."""

import json
from collections.abc import Iterable
from io import BytesIO
from itertools import chain
from typing import Any

import pytest

from shared.datasets.asked import Asked
from shared.datasets.reading import Line, read
from shared.datasets.shaping.examples import to_examples
from shared.datasets.understanding import Understanding, reader_of, understand
from shared.datasets.validating.batches import Batch
from shared.datasets.validating.converting import of_whole_file, unshaped_batches
from shared.datasets.validation import Limits, Validation, validate_batches

CHATS = [
    {"messages": [{"role": "user", "content": f"q {number}"}, {"role": "assistant", "content": "a"}]}
    for number in range(3)
]


def understood(content: str | bytes, filename: str) -> Understanding:
    return understand(BytesIO(content.encode() if isinstance(content, str) else content), filename, Asked())


def lines_of(content: str, understanding: Understanding) -> list[Line]:
    return list(read(BytesIO(content.encode()), understanding.intake))


def codes(understanding: Understanding) -> set[str]:
    return {finding.code for finding in understanding.findings}


def read_unshaped(content: str, filename: str) -> Validation:
    understanding = understood(content, filename)
    assert understanding.shaping is None

    def batches() -> Iterable[Batch]:
        lines = read(BytesIO(content.encode()), understanding.intake)
        return chain([of_whole_file(understanding.findings)], unshaped_batches(lines))

    return validate_batches(batches, Limits(fewest_examples=1))


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (json.dumps(CHATS), "chats.json"),
        (f"conversations: {json.dumps([['q', 'a'], ['r', 'b'], ['s', 'c']])}\n", "chats.yaml"),
    ],
)
def test_elements_that_share_a_line_are_counted_one_by_one(content: str, filename: str) -> None:
    understanding = understood(content, filename)
    assert "elements_counted" in codes(understanding)
    assert [line.number for line in lines_of(content, understanding)] == [1, 2, 3]
    again = reader_of(json.loads(json.dumps(understanding.as_dict())))[0]
    assert [line.number for line in read(BytesIO(content.encode()), again)] == [1, 2, 3]


def test_elements_keep_the_byte_at_which_they_begin() -> None:
    content = json.dumps(CHATS)
    lines = lines_of(content, understood(content, "chats.json"))
    assert all(content[line.offset :].startswith(json.dumps(chat)) for line, chat in zip(lines, CHATS, strict=True))


def test_elements_on_lines_of_their_own_have_the_numbers_of_these() -> None:
    content = json.dumps(CHATS, indent=1)
    understanding = understood(content, "chats.json")
    assert not codes(understanding)
    numbers = [line.number for line in lines_of(content, understanding)]
    assert [content.splitlines()[number - 1] for number in numbers] == [" {"] * 3


def test_what_is_wrong_with_lines_is_told_even_where_nobody_knows_what_they_mean() -> None:
    report = read_unshaped("colour,size,kind\nred,1,a\nblue,2\ngreen,3,c\n", "things.csv")
    assert report.codes == {"ragged_row": 1, "unknown_form": 1}
    assert [finding.line for finding in report.findings] == [0, 3]
    assert report.lines == 4


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        ("- a: [1\n", "broken.yaml", {"invalid_yaml": 1}),
        ("colour,size\nred,1,2\nblue,1,3\n", "ragged.csv", {"ragged_row": 2, "unknown_form": 1}),
    ],
)
def test_a_file_with_bytes_is_not_called_empty(content: str, filename: str, expected: dict[str, Any]) -> None:
    assert read_unshaped(content, filename).codes == expected


def test_turns_of_a_user_are_read_as_they_are_cut() -> None:
    content = "User: Hi\nAssistant: Hello\nUser: Where is it?\nAssistant: Here\n---\nUser: Bye\nAssistant: Bye\n"
    understanding = understood(content, "talk.txt")
    assert understanding.shaping is not None
    rows = [line.row or {} for line in lines_of(content, understanding)]
    made = [example for row in rows for example in to_examples(row, understanding.shaping).examples]
    said = [[(one["role"], one["content"]) for one in example["messages"]] for example in made]
    assert said == [
        [("user", "Hi"), ("assistant", "Hello"), ("user", "Where is it?"), ("assistant", "Here")],
        [("user", "Bye"), ("assistant", "Bye")],
    ]


def test_a_header_alone_says_what_the_columns_mean() -> None:
    understanding = understood("question,answer\nonly one\n", "asked.csv")
    assert understanding.shaping is not None
    assert understanding.shaping.mapping is not None
    assert understanding.shaping.mapping.given == {"user": "question", "assistant": "answer"}
