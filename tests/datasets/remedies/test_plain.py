"""Examples that are plain are told at a glance: what is said of a file is the same as if every remedy had looked at every row."""

import json
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.remedies import REMEDIES, Chosen, Lent, Offer, SourceRow, all_recommended, prepare, survey
from shared.datasets.remedies.catalogue import remedies_for
from shared.datasets.remedies.plain import said_plainly
from shared.datasets.remedies.preparing import Link
from shared.datasets.remedies.remedy import Remedy
from shared.datasets.rows import lent_to_remedies
from shared.datasets.rules import check
from shared.datasets.shapes import Shape
from tests.datasets.files import corpus
from tests.datasets.remedies.workbench import assistant, conversation, sources, system, user

Row = dict[str, Any]

PIECES = [
    *("Hello", "Hi there. ", " ", "\n", "\u200b", "\x07", "\0", "\x85", "Ã©", "â€™", "Ð¾Ð¿Ð°", "“so”", "，", "\u00a0"),
    *(
        "<b>x</b>",
        "&amp;",
        "<br>",
        "ann@example.com",
        "4111111111111111",
        "order number ",
        "e\u0301",
        "ﬁ",
        "\ud800",
        "你好",
    ),
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
weights: st.SearchStrategy[Row] = st.sampled_from(
    [{}, {}, {"weight": 1}, {"weight": 0}, {"weight": True}, {"weight": 1.0}, {"name": "x"}]
)
turns: st.SearchStrategy[list[Row]] = st.tuples(texts, texts, weights).map(
    lambda said: [user(said[0]), assistant(said[1], **said[2])]
)
systems: st.SearchStrategy[list[Row]] = st.lists(texts.map(system), max_size=1)
chats: st.SearchStrategy[Row] = st.builds(
    lambda first, rest: {"messages": [*first, *chain.from_iterable(rest)]}, systems, st.lists(turns, max_size=3)
)
preferences: st.SearchStrategy[Row] = st.builds(
    lambda first, asked, one, other: {
        "input": {"messages": [*first, user(asked)]},
        "preferred_output": [assistant(one)],
        "non_preferred_output": [assistant(other)],
    },
    *(systems, texts, texts, texts),
)
completions: st.SearchStrategy[Row] = st.builds(
    lambda prompt, completion: {"prompt": prompt, "completion": completion}, texts, texts
)
ROWS: dict[Shape, st.SearchStrategy[Row]] = {
    Shape.CHAT: chats,
    Shape.PREFERENCE: preferences,
    Shape.COMPLETION: completions,
}
FLAGGED = {"near_duplicate": {2}, "secret": {3}, "moderation_flagged": {4}}


def lent_for(shape: Shape) -> Lent:
    return lent_to_remedies(shape, FLAGGED, most_tokens=30)


def begun(remedy: Remedy, shape: Shape) -> Link:
    return Link(remedy, remedy.begin({}, shape, lent_for(shape)), is_only_tried=not remedy.recommended)


def surveyed_slowly(lines: list[SourceRow], shape: Shape) -> dict[str, tuple[object, ...]]:
    """Every remedy looks at every line."""
    links = [begun(remedy, shape) for remedy in remedies_for(shape, lent_for(shape))]
    for source in lines:
        passed: SourceRow | None = source
        for link in links:
            if passed is not None and link.mending.learns:
                if passed.row is not None:
                    link.mending.learn(passed.row)
            elif passed is not None and not link.is_only_tried:
                passed = link.mending.mend(passed)
    for link in links:
        if not link.mending.learns:
            link.mending.begin(shape, lent_for(shape))
    for source in lines:
        passed = source
        for link in links:
            passed = None if passed is None else link.pass_on(passed)
    return {
        link.remedy.name: (link.record.count, link.record.dropped, *link.record.lines, *link.record.samples)
        for link in links
        if link.record.count
    }


def summed(offers: list[Offer]) -> dict[str, tuple[object, ...]]:
    return {offer.name: (offer.count, offer.dropped, *offer.lines, *offer.samples) for offer in offers}


@pytest.mark.parametrize("shape", ROWS)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_survey_says_what_it_would_if_every_remedy_looked_at_every_row(shape: Shape, data: st.DataObject) -> None:
    lines = sources(data.draw(st.lists(ROWS[shape], max_size=8)))
    assert summed(survey(lambda: lines, shape, lent_for(shape))) == surveyed_slowly(lines, shape)


@pytest.mark.parametrize("shape", ["chat", "preference", "completion", "tools", "turns"])
def test_nor_does_it_of_faulty_files(shape: str) -> None:
    of = Shape(shape) if shape in set(Shape) else Shape.CHAT
    rows = [case["row"] for case in corpus(shape)]
    plain = [conversation(user(f"{number}?"), assistant("Yes <b>now</b>")) for number in range(3)]
    lines = sources([*rows, *plain, *rows[:5]])
    assert summed(survey(lambda: lines, of, lent_for(of))) == surveyed_slowly(lines, of)


@pytest.mark.parametrize("shape", ROWS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_whoever_is_idle_has_nothing_to_do(shape: Shape, data: st.DataObject) -> None:
    row = data.draw(ROWS[shape])
    said = said_plainly(row, shape)
    if said is None:
        return
    source = SourceRow(1, row)
    for remedy in remedies_for(shape, lent_for(shape)):
        mending = begun(remedy, shape).mending
        assert not mending.is_idle(said) or mending.mend(source) is source, remedy.name
    assert [one.code for one in check(row, shape) if one.severity == "error"] == []


def test_most_remedies_are_idle_where_an_ordinary_example_goes_by() -> None:
    row = conversation(system("Help."), user("Where is it?"), assistant("On its way."))
    said = said_plainly(row, Shape.CHAT)
    assert said == "Help.\0Where is it?\0On its way."
    busy = {name for name, remedy in REMEDIES.items() if remedy.is_for(Shape.CHAT, lent_for(Shape.CHAT))} - {
        remedy.name
        for remedy in remedies_for(Shape.CHAT, lent_for(Shape.CHAT))
        if remedy.begin({"most_tokens": 900} if remedy.asks_for else {}, Shape.CHAT, lent_for(Shape.CHAT)).is_idle(said)
    }
    assert busy == {
        *("strip_whitespace", "unify_system_prompt", "add_system_prompt", "fix_labels", "drop_duplicates"),
        *("drop_near_duplicates", "drop_conflicting", "drop_refusals", "drop_flagged", "drop_secrets"),
    }


@pytest.mark.parametrize(
    "row",
    [
        conversation(user("a"), assistant("b"), tools=[]),
        conversation(user("a"), assistant("b", weight=True)),
        conversation(user("a"), assistant("b", weight=0)),
        conversation(user("a"), assistant(" ")),
        conversation(user("a"), user("b"), assistant("c")),
        conversation(user("a"), assistant("b"), user("c")),
        conversation(user("a"), assistant("b", name="x")),
        conversation(user("a"), system("b"), assistant("c")),
        conversation(user("a"), assistant(["b"])),
        conversation(system("a")),
        conversation(),
        {"messages": None},
        {},
    ],
    ids=json.dumps,
)
def test_what_may_have_something_to_mend_is_not_plain(row: Row) -> None:
    assert said_plainly(row, Shape.CHAT) is None


def test_what_a_remedy_has_changed_is_looked_at_by_all_that_follow() -> None:
    rows = [conversation(user("\u200b"), assistant("Hello")), conversation(user("Hi"), assistant("Hello"))]
    chosen = [Chosen("normalise_unicode"), *all_recommended(Shape.CHAT, lent_for(Shape.CHAT))]
    done = prepare(lambda: sources(rows), chosen, Shape.CHAT, lent_for(Shape.CHAT))
    assert [source.row for source in done.examples()][-1] == rows[1]
    assert done.log["normalise_unicode"].count == 1
