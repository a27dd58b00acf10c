"""A mapping says which columns make which part of an example; what is wrong with it is said all at once."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.shapes import Shape
from shared.datasets.shaping.examples import to_examples
from shared.datasets.shaping.mapping import Mapping, MappingFault, parse_mapping
from shared.datasets.shaping.plan import Shaping, Style
from shared.datasets.shaping.shaped import Shaped
from shared.datasets.shaping.templates import TemplateError, parse_template
from shared.datasets.shaping.texts import GAPS, WORDS_FOR_GAPS

COLUMNS = ("title", "body", "label", "messages_json", "tools_json", "a{b}")


def shaping_by(given: dict[str, Any], columns: tuple[str, ...] = COLUMNS) -> Shaping:
    mapping = parse_mapping(given, columns)
    assert isinstance(mapping, Mapping), mapping
    return Shaping(Style.TABLE, mapping)


def by(given: dict[str, Any], row: dict[str, Any]) -> Shaped:
    return to_examples(row, shaping_by(given))


def said(*texts: str) -> list[dict[str, str]]:
    roles = ("system", "user", "assistant")[-len(texts) :] if len(texts) > 1 else ("user",)
    return [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]


ROW = {
    "title": "Late",
    "body": "Where is it?",
    "label": "shipping",
    "messages_json": json.dumps(said("Hi", "Hello!")),
    "tools_json": json.dumps([{"name": "f"}]),
    "a{b}": "braces",
}


@pytest.mark.parametrize(
    ("given", "shape", "example"),
    [
        ({"user": "title", "assistant": "label"}, Shape.CHAT, {"messages": said("Late", "shipping")}),
        (
            {"system": "Label it!", "user": "{title}\n{body}", "assistant": " {label}"},
            Shape.CHAT,
            {"messages": said("Label it!", "Late\nWhere is it?", " shipping")},
        ),
        ({"user": "{{{title}}}", "assistant": "label"}, Shape.CHAT, {"messages": said("{Late}", "shipping")}),
        ({"user": "a{b}", "assistant": "label"}, Shape.CHAT, {"messages": said("braces", "shipping")}),
        (
            {"messages": "messages_json", "tools": "tools_json"},
            Shape.CHAT,
            {"messages": said("Hi", "Hello!"), "tools": [{"type": "function", "function": {"name": "f"}}]},
        ),
        (
            {"prompt": "{title} ->", "completion": "label"},
            Shape.COMPLETION,
            {"prompt": "Late ->", "completion": "shipping"},
        ),
        (
            {"user": "title", "preferred": "label", "non_preferred": "body"},
            Shape.PREFERENCE,
            {
                "input": {"messages": said("Late")},
                "preferred_output": [{"role": "assistant", "content": "shipping"}],
                "non_preferred_output": [{"role": "assistant", "content": "Where is it?"}],
            },
        ),
        (
            {"user": "title", "reference": {"answer": "label", "kind": "k-{label}"}},
            Shape.REINFORCEMENT,
            {"messages": said("Late"), "answer": "shipping", "kind": "k-shipping"},
        ),
    ],
)
def test_a_mapping_makes_the_example_it_describes(given: dict[str, Any], shape: Shape, example: dict[str, Any]) -> None:
    shaping = shaping_by(given)
    assert shaping.shape is shape
    assert to_examples(ROW, shaping) == Shaped((example,))
    assert Shaping.of(json.loads(json.dumps(shaping.as_dict()))) == shaping


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({}, [""]),
        ({"user": "title"}, [""]),
        ({"user": "titel", "assistant": "label"}, ["/user"]),
        ({"user": "{title} {bdy}", "assistant": "{lable}"}, ["/user", "/assistant"]),
        ({"user": "{title", "assistant": "title}"}, ["/user", "/assistant"]),
        ({"user": "{}", "assistant": 3}, ["/user", "/assistant"]),
        ({"user": "{{x}}", "assistant": ""}, ["/user", "/assistant"]),
        ({"user": "title", "assistant": "label", "weight": "body"}, ["/weight"]),
        ({"system": "titel", "user": "title", "assistant": "label"}, ["/system"]),
        ({"messages": "{title}{body}"}, ["/messages"]),
        ({"user": "title", "reference": {}}, ["/reference"]),
        ({"user": "title", "reference": {"messages": "label"}}, ["/reference/messages"]),
        ({"user": "title", "reference": {"a/b": "lable"}}, ["/reference/a~1b"]),
        ({"prompt": "title", "completion": "label", "user": "body"}, ["/user"]),
    ],
)
def test_everything_wrong_with_a_mapping_is_said(given: dict[str, Any], pointers: list[str]) -> None:
    faults = parse_mapping(given, COLUMNS)
    assert isinstance(faults, tuple)
    assert sorted(fault.pointer for fault in faults) == sorted(pointers)


def test_a_column_that_may_have_been_meant_is_named() -> None:
    faults = parse_mapping({"user": "titel", "assistant": "zzz"}, COLUMNS)
    assert faults == (
        MappingFault("/user", 'there is no column "titel"; did you mean title?', ("title",)),
        MappingFault("/assistant", 'there is no column "zzz"', ()),
    )


@pytest.mark.parametrize("empty", [None, "", "  ", float("nan")])
def test_an_empty_cell_is_found_and_says_nothing(empty: object) -> None:
    made = by({"user": "{title} {body}", "assistant": "label"}, ROW | {"body": empty, "label": empty})
    assert made.examples == ({"messages": said("Late ", "")},)
    assert [(one.code, one.pointer) for one in made.findings] == [("empty_cell", "/body"), ("empty_cell", "/label")]


@pytest.mark.parametrize("gap", ["#N/A", "NaN", " nan", "NULL"])
def test_what_programs_write_for_nothing_is_read_as_nothing(gap: str) -> None:
    made = by({"user": "title", "assistant": "label"}, ROW | {"label": gap})
    assert made.examples == ({"messages": said("Late", "")},)
    assert [(one.code, one.pointer) for one in made.findings] == [("missing_value", "/label")]
    graded = by({"user": "title", "reference": {"answer": "label"}}, ROW | {"label": gap})
    assert graded.examples == ({"messages": said("Late"), "answer": ""},)


@pytest.mark.parametrize("word", ["None", "N/A", "null"])
def test_a_word_that_may_mean_nothing_is_told_and_kept(word: str) -> None:
    made = by({"user": "title", "assistant": "label"}, ROW | {"label": word})
    assert made.examples == ({"messages": said("Late", word)},)
    assert [(one.code, one.pointer) for one in made.findings] == [("missing_value", "/label")]


def test_an_empty_system_message_is_left_out_and_a_missing_column_is_empty() -> None:
    made = by(
        {"system": "body", "user": "title", "assistant": "label"}, {"title": "Late", "label": "shipping", "body": ""}
    )
    assert made == Shaped(({"messages": said("Late", "shipping")},))
    made = by({"user": "title", "assistant": "label"}, {"title": "Late"})
    assert [(one.code, one.pointer) for one in made.findings] == [("empty_cell", "/label")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(True, "true"), (12, "12"), (0, "0"), (1.5, "1.5"), ("None", "None"), (["a"], '["a"]')],
)
def test_cells_say_what_they_hold(cell: object, text: str) -> None:
    assert (
        by({"user": "title", "assistant": "label"}, ROW | {"label": cell}).examples[0]["messages"][1]["content"] == text
    )


def test_a_reference_keeps_its_kind() -> None:
    (example,) = by({"user": "title", "reference": {"answer": "label"}}, ROW | {"label": 144}).examples
    assert example["answer"] == 144


def test_a_reference_may_be_one_column_of_json() -> None:
    given = {"messages": "messages_json", "reference": "label"}
    (example,) = by(given, ROW | {"label": '{"answer": 4, "messages": 1}'}).examples
    assert example == {"messages": said("Hi", "Hello!"), "answer": 4}
    assert [one.code for one in by(given, ROW | {"label": "[4]"}).findings] == ["cell_not_json"]


@pytest.mark.parametrize("cell", ["[", "NaN", "", None, "[" * 100_000])
def test_a_cell_that_holds_no_json_is_found(cell: object) -> None:
    made = by({"messages": "messages_json"}, ROW | {"messages_json": cell})
    assert made.examples == ()
    assert [(one.code, one.pointer) for one in made.findings] == [("cell_not_json", "/messages_json")]


@pytest.mark.parametrize("text", ["{", "}", "{}", "a{b", "a}b", "{a{b}}"])
def test_braces_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        parse_template(text)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
CELLS = st.text(min_size=1, max_size=10).filter(
    lambda cell: cell.strip() and cell.strip() not in {*GAPS, *WORDS_FOR_GAPS}
)
TABLES = st.dictionaries(NAMES, CELLS, min_size=2, max_size=5)


@settings(max_examples=50, deadline=None)
@given(TABLES, st.data())
def test_any_table_says_by_its_mapping_what_its_cells_say(row: dict[str, str], data: st.DataObject) -> None:
    asked, answered = (data.draw(st.sampled_from(sorted(row))) for _ in range(2))
    shaping = shaping_by({"user": asked, "assistant": answered}, tuple(row))
    assert to_examples(row, shaping) == Shaped(({"messages": said(row[asked], row[answered])},))


PLAIN_NAMES = st.text("abcäß中 _", min_size=1, max_size=6)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(PLAIN_NAMES, CELLS, min_size=1, max_size=5), st.text("x{}\n", max_size=5), st.data())
def test_templates_join_cells_and_fixed_texts(row: dict[str, str], fixed: str, data: st.DataObject) -> None:
    first, second = (data.draw(st.sampled_from(sorted(row))) for _ in range(2))
    escaped = fixed.replace("{", "{{").replace("}", "}}")
    template = "{" + first + "}" + escaped + "{" + second + "}"
    shaping = shaping_by({"prompt": template, "completion": "{" + first + "}"}, tuple(row))
    expected = {"prompt": row[first] + fixed + row[second], "completion": row[first]}
    assert to_examples(row, shaping) == Shaped((expected,))
