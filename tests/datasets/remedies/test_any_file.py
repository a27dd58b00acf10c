"""Good files stay as they are, and no file, however faulty, makes a remedy stumble."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.remedies import REMEDIES, Chosen, all_recommended, prepare, survey
from shared.datasets.remedies.inside import Row
from shared.datasets.remedies.markup import without_html
from shared.datasets.shapes import Shape
from tests.datasets.files import corpus
from tests.datasets.remedies.workbench import (
    LENT,
    TOOLS,
    UNCHECKED,
    assistant,
    calling,
    check,
    sources,
    system,
    tool,
    user,
)


def choice(name: str) -> Chosen:
    """A remedy with the parameters without which it cannot be chosen."""
    asked = REMEDIES[name].asks_for
    return Chosen(name, {asked: 5} if asked else {})


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip)
answers = words.map(assistant) | st.builds(lambda text, weight: assistant(text, weight=weight), words, st.just(1))
exchanges = st.tuples(words.map(user), answers) | st.tuples(
    words.map(user), st.just(calling("a", "b")), st.just(tool("a")), st.just(tool("b")), answers
)


@st.composite
def good_chats(draw: st.DrawFn) -> Row:
    first = draw(st.lists(words.map(system), max_size=1))
    turns = draw(st.lists(exchanges, min_size=1, max_size=3))
    return {"messages": [*first, *(message for turn in turns for message in turn)], "tools": TOOLS}


@given(st.lists(good_chats(), max_size=5, unique_by=repr))
@settings(max_examples=25, deadline=None)
def test_all_recommended_changes_nothing_in_a_good_file(rows: list[Row]) -> None:
    done = prepare(lambda: sources(rows), all_recommended(Shape.CHAT, LENT), Shape.CHAT, LENT)
    assert [source.row for source in done.examples()] == rows
    assert not any(record.count for record in done.log.values())
    assert done.recipe.steps == ()


@given(
    st.lists(
        st.builds(
            lambda input_, one, other: {
                "input": {"messages": [user(input_)]},
                "preferred_output": [assistant("+" + one)],
                "non_preferred_output": [assistant("-" + other)],
            },
            words,
            words,
            words,
        ),
        max_size=5,
        unique_by=repr,
    )
)
@settings(max_examples=15, deadline=None)
def test_nor_in_a_good_file_of_preferences(rows: list[Row]) -> None:
    done = prepare(lambda: sources(rows), all_recommended(Shape.PREFERENCE, UNCHECKED), Shape.PREFERENCE, UNCHECKED)
    assert [source.row for source in done.examples()] == rows


MESSAGE_KEYS = ["role", "content", "tool_calls", "tool_call_id", "name", "weight", "from", "value"]
CALL_KEYS = ["id", "type", "function", "arguments", "text"]
ROW_KEYS = ["messages", "tools", "input", "preferred_output", "non_preferred_output", "prompt", "completion"]
keys = st.sampled_from([*MESSAGE_KEYS, *CALL_KEYS, *ROW_KEYS])
said = st.sampled_from(["", "user", "assistant", "tool", "system", "human", "a", "1", "Ã©", "<b>"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | said,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=25,
)
messages = st.lists(st.dictionaries(keys, anything, max_size=4) | anything, max_size=4)
shaped = {
    Shape.CHAT: st.fixed_dictionaries({"messages": messages}),
    Shape.REINFORCEMENT: st.fixed_dictionaries({"messages": messages}),
    Shape.PREFERENCE: st.fixed_dictionaries(
        {
            "input": st.fixed_dictionaries({"messages": messages}),
            "preferred_output": messages,
            "non_preferred_output": messages,
        }
    ),
    Shape.COMPLETION: st.fixed_dictionaries({"prompt": anything, "completion": anything}),
}


@pytest.mark.parametrize("shape", Shape)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_row_makes_a_remedy_stumble_or_change_what_it_was_given(shape: Shape, data: st.DataObject) -> None:
    rows: list[Any] = data.draw(st.lists(shaped[shape] | st.dictionaries(keys, anything) | said, max_size=3))
    lines = sources(rows)
    before = copy.deepcopy(lines)
    lent = LENT if shape is Shape.CHAT else UNCHECKED
    chosen = [choice(name) for name, remedy in REMEDIES.items() if remedy.is_for(shape, lent)]
    done = prepare(lambda: lines, chosen, shape, lent)
    mended = [source.row for source in done.examples() if source.row is not None]
    assert repr(lines) == repr(before)
    if shape is Shape.CHAT:
        assert not [finding for row in mended for finding in check(row) if finding.severity == "error"]
    survey(lambda: lines, shape, lent)


ROWS = [case["row"] for case in corpus("chat")]
LOCAL = [name for name, remedy in REMEDIES.items() if remedy.is_for(Shape.CHAT, LENT)]


@pytest.mark.parametrize("remedy", LOCAL)
def test_no_remedy_finds_work_in_what_it_has_mended(remedy: str) -> None:
    once = list(prepare(lambda: sources(ROWS), [choice(remedy)], Shape.CHAT, LENT).examples())
    again = prepare(lambda: once, [choice(remedy)], Shape.CHAT, LENT)
    assert [source.row for source in again.examples()] == [source.row for source in once]


def test_all_recommended_leaves_no_error_in_the_corpus_of_faults() -> None:
    chosen = [choice for choice in all_recommended(Shape.CHAT, LENT) if choice.name != "drop_duplicates"]
    mended = list(prepare(lambda: sources(ROWS), chosen, Shape.CHAT, LENT).examples())
    assert not [f for source in mended if source.row for f in check(source.row) if f.severity == "error"]
    again = prepare(lambda: mended, chosen, Shape.CHAT, LENT)
    assert list(again.examples()) == mended
    # Many faults have one meaning only; of the rest nobody but the author knows what was meant.
    assert len(mended) > len(ROWS) * 0.45


@given(
    st.lists(
        st.sampled_from(["<", "b>", "</b>", "<p>", "&lt;", "&amp;", "lt;", "&#96;", "`", "\n", "a", "</div>", "<br>"])
    )
)
@settings(max_examples=200, deadline=None)
def test_html_that_was_removed_leaves_none_to_be_removed(pieces: list[str]) -> None:
    once = without_html("".join(pieces))
    assert without_html(once) == once


@pytest.mark.parametrize("remedy", ["strip_html", "fix_mojibake", "normalise_unicode", "normalise_punctuation"])
@pytest.mark.parametrize("text", [" ", "<b ", "`", "```a", "&amp", "Ã©", "\u0301\u0323"], ids=ascii)
def test_no_text_keeps_a_remedy_for_long(remedy: str, text: str) -> None:
    # Work that grew with the square of the length would run into the time limit of the tests.
    row = {"messages": [user("x" + text * 100_000)]}
    (mended,) = prepare(lambda: sources([row]), [Chosen(remedy)], Shape.CHAT, LENT).examples()
    assert mended.line == 1


def test_control_characters_go_and_joiners_stay() -> None:
    row = {"messages": [user("\ufeffe\u0301\u200b\tx\x07 👩\u200d🚀\n")]}
    (mended,) = prepare(lambda: sources([row]), [Chosen("normalise_unicode")], Shape.CHAT, LENT).examples()
    assert mended.row == {"messages": [user("é\tx 👩\u200d🚀\n")]}


@pytest.mark.parametrize("row", ROWS)
def test_what_is_recommended_adds_no_fault_to_an_example(row: Row) -> None:
    done = prepare(lambda: sources([row]), all_recommended(Shape.CHAT, LENT), Shape.CHAT, LENT)
    left = {finding.code for source in done.examples() if source.row for finding in check(source.row)}
    assert left <= {finding.code for finding in check(row)}
