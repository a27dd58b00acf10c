"""What a grader reads is there in the row, or it is said which key is missing."""

import pytest

from shared.datasets.rules import check_references, references

CHECK = {"type": "string_check", "name": "c", "input": "{{sample.output_text}}", "operation": "eq"}


def python(source: str) -> dict[str, str]:
    return {"type": "python", "name": "p", "source": f"def grade(sample, item):\n    {source}\n"}


@pytest.mark.parametrize(
    ("grader", "expected"),
    [
        (CHECK | {"reference": "{{item.answer}}"}, {"answer"}),
        (CHECK | {"reference": "{{ item.answer }}, {{item.unit}}"}, {"answer", "unit"}),
        (CHECK | {"reference": "{{item.answer.value}}"}, {"answer"}),
        (CHECK | {"reference": "{{ item['the answer'] }}"}, {"the answer"}),
        (CHECK | {"reference": "{{item.答案}}"}, {"答案"}),
        (CHECK | {"reference": "item.answer, {{sample.item.x}}"}, set()),
        ({"type": "score_model", "input": [{"role": "user", "content": "Is it {{item.a}}?"}]}, {"a"}),
        (
            {
                "type": "multi",
                "graders": {"one": CHECK | {"reference": "{{item.a}}"}, "two": python('return item["b"]')},
            },
            {"a", "b"},
        ),
        (python('return float(item["a"] == sample["output_text"])'), {"a"}),
        (python('return item["a"]["b"]'), {"a"}),
        (python('return item.get("a", 0)'), set()),
        (python('return 1  # item["a"]'), set()),
        (python('item["a"] = 1'), set()),
        (python("return sample['output_text']"), set()),
        (python("return item[0]"), set()),
        (python("this is no Python"), set()),
        (python('return "{{item.a}}"'), set()),
        ({"type": "python", "source": "(" * 100_000}, set()),
        ({"type": "python", "source": "a\0"}, set()),
        (None, set()),
    ],
)
def test_the_keys_that_a_grader_cannot_do_without(grader: object, expected: set[str]) -> None:
    assert references(grader) == expected


def test_what_is_missing_is_named_key_by_key() -> None:
    referred = references(CHECK | {"reference": "{{item.unit}} {{item.answer}} {{item.messages}} {{item.tools}}"})
    found = [(finding.code, finding.excerpt) for finding in check_references({"messages", "answer"}, referred)]
    assert found == [("reserved_reference", "messages"), ("reserved_reference", "tools"), ("missing_reference", "unit")]


def test_nothing_is_said_of_a_row_that_has_everything() -> None:
    assert (
        list(check_references({"messages": [], "answer": 1}, references(CHECK | {"reference": "{{item.answer}}"})))
        == []
    )
