"""The example files are what their page promises."""

import io
from typing import Any

from shared.datasets.asked import Asked
from shared.datasets.previewing import Preview, preview
from shared.datasets.shapes import Shape
from shared.datasets.validation import Limits, validate
from tests.support.laboratory import EXAMPLES


def looked_at(name: str, mapping: dict[str, Any] | None = None) -> Preview:
    with (EXAMPLES / name).open("rb") as file:
        return preview(file, name, Asked(mapping=mapping))


def test_the_table_is_guessed_and_can_be_said_otherwise() -> None:
    guessed = looked_at("tickets.csv")
    assert guessed.source is not None
    assert guessed.source["shaping"]["mapping"]["given"] == {"user": "{title}\n{body}", "assistant": "label"}
    assert (len(guessed.rows), guessed.rows[0].line, guessed.rows[1].line) == (20, 2, 4)
    told = looked_at("tickets.csv", {"system": "Label the ticket.", "user": "{body}", "assistant": "label"})
    assert [message["role"] for message in told.rows[0].examples[0]["messages"]] == ["system", "user", "assistant"]
    assert not any(row.findings for row in (*guessed.rows, *told.rows))


def test_the_corpus_has_twelve_questions_and_one_of_two_answers() -> None:
    seen = looked_at("small_talk.yml")
    assert [len(row.examples) for row in seen.rows] == [1] * 7 + [2] + [1] * 4
    assert not any(row.findings for row in seen.rows)


def test_the_last_six_preferences_have_one_fault_each() -> None:
    content = (EXAMPLES / "preferences_faulty.jsonl").read_bytes()
    found = validate(io.BytesIO(content), Limits(shape=Shape.PREFERENCE)).findings
    assert [(one.line, one.code) for one in found if one.line] == [
        (11, "identical_outputs"),
        (12, "output_of_several_messages"),
        (13, "input_ends_with_assistant"),
        (14, "missing_non_preferred_output"),
        (15, "old_output_name"),
        (16, "chat_row"),
    ]
