"""What is shown in one request: so much and no more, of the examples that are well-formed, and none twice."""

import json
from io import BytesIO
from typing import Any

from shared.datasets.moderation.portions import (
    MOST_CHARACTERS,
    MOST_EXAMPLES,
    Portion,
    Position,
    Shown,
    cut,
    next_portion,
)
from shared.datasets.moderation.sampling import Sample
from shared.datasets.shapes import Shape


def chat(question: str, answer: str = "yes") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def jsonl(*rows: object) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def portions(content: bytes, sample: Sample, shape: Shape = Shape.CHAT) -> list[Portion]:
    """All of them, each begun where the one before ended."""
    made = [next_portion(BytesIO(content), Position(), shape, sample)]
    while not made[-1].is_last:
        made.append(next_portion(BytesIO(content), made[-1].end, shape, sample))
    return made


def shown(content: bytes, sample: Sample, shape: Shape = Shape.CHAT) -> list[Shown]:
    return [example for portion in portions(content, sample, shape) for example in portion.examples]


def test_every_example_is_shown_once_with_its_line_and_its_byte() -> None:
    content = jsonl(*(chat(f"Ticket {number}") for number in range(75)))
    made = portions(content, Sample(75, 75))
    assert [len(portion.examples) for portion in made] == [MOST_EXAMPLES, MOST_EXAMPLES, 75 - 2 * MOST_EXAMPLES]
    examples = shown(content, Sample(75, 75))
    assert [one.line for one in examples] == list(range(1, 76))
    assert [one.place for one in examples] == list(range(75))
    for one in examples:
        row = json.loads(content[one.offset :].split(b"\n")[0])
        assert one.text == f"{row['messages'][0]['content']}\n\nyes"


def test_a_request_holds_so_many_characters_and_one_example_at_least() -> None:
    sizes = [MOST_CHARACTERS // 2 - 100, MOST_CHARACTERS // 2 - 100, 300, MOST_CHARACTERS * 3, 10, 10]
    content = jsonl(*(chat("x" * size) for size in sizes))
    made = portions(content, Sample(6, 6))
    assert [[one.line for one in portion.examples] for portion in made] == [[1, 2], [3], [4], [5, 6]]
    assert all(sum(len(one.text) for one in portion.examples) <= MOST_CHARACTERS for portion in made)
    assert [one.is_cut for one in shown(content, Sample(6, 6))] == [False, False, False, True, False, False]


def test_what_is_too_long_is_shown_by_its_beginning_and_its_end() -> None:
    assert cut("x" * MOST_CHARACTERS) == ("x" * MOST_CHARACTERS, False)
    text, is_cut = cut("a" * MOST_CHARACTERS + "z" * MOST_CHARACTERS)
    assert is_cut
    assert MOST_CHARACTERS - 2 < len(text) <= MOST_CHARACTERS
    assert (text[:100], text[-100:]) == ("a" * 100, "z" * 100)


def test_faulty_and_blank_lines_are_passed_over_and_counted_as_lines() -> None:
    faulty = b'\n{"messages": [{"role": "bot", "content": "x"}]}\n{"messages": \n\xff\xfe\n'
    content = b"\xef\xbb\xbf" + jsonl(chat("one")) + faulty + jsonl(chat("two")) + b"{}\n" * 3
    examples = shown(content, Sample(2, 2))
    assert [(one.line, one.place, one.text) for one in examples] == [(1, 0, "one\n\nyes"), (6, 1, "two\n\nyes")]
    assert content[examples[1].offset :].startswith(jsonl(chat("two")))


def test_nothing_behind_the_last_chosen_example_is_read() -> None:
    content = jsonl(*(chat(f"Ticket {number}") for number in range(10)))
    (portion,) = portions(content + b"{}\n" * 1_000, Sample(10, 10))
    assert (portion.is_last, portion.end) == (True, Position(10, len(content), 10))


def test_a_sample_is_the_same_in_however_many_portions() -> None:
    content = jsonl(*(chat("x" * (number % 7) * 500) for number in range(1, 201)))
    sample = Sample(60, 200)
    assert len(portions(content, sample)) > 3
    assert [one.place for one in shown(content, sample)] == [place for place in range(200) if sample.takes(place)]


def test_every_shape_shows_its_texts() -> None:
    asked = {"messages": [{"role": "user", "content": "Q"}]}
    better, worse = ([{"role": "assistant", "content": text}] for text in ("good", "bad"))
    preference = {"input": asked, "preferred_output": better, "non_preferred_output": worse}
    assert shown(jsonl(preference), Sample(1, 1), Shape.PREFERENCE)[0].text == "Q\n\ngood\n\nbad"
    completion = {"prompt": "Q ->", "completion": " A\n"}
    assert shown(jsonl(completion), Sample(1, 1), Shape.COMPLETION)[0].text == "Q ->\n\n A\n"
    reinforcement = {**asked, "reference": "secret of the grader"}
    assert shown(jsonl(reinforcement), Sample(1, 1), Shape.REINFORCEMENT)[0].text == "Q"
