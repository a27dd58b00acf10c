"""Mangled JSON means what it was before it was mangled; what could mean two things means nothing."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.reading import mend
from tests.datasets.reading.manglings import MANGLINGS, OBJECTS, VALUES, plain


@settings(deadline=None)
@given(value=VALUES, indent=st.sampled_from([None, 1]), in_ascii=st.booleans())
def test_what_is_json_already_stays_as_it_is(*, value: Any, indent: int | None, in_ascii: bool) -> None:
    mended = mend(json.dumps(value, indent=indent, ensure_ascii=in_ascii))
    assert mended is not None
    assert (mended.value, mended.departures) == (value, ())


@pytest.mark.parametrize("code", [code for code in MANGLINGS if code != "unquoted_key"])
@settings(deadline=None)
@given(value=OBJECTS)
def test_what_was_mangled_means_the_same(code: str, value: Any) -> None:
    text = MANGLINGS[code](value)
    mended = mend(text)
    assert mended is not None, text
    assert mended.value == value, text
    assert {departure.code for departure in mended.departures} <= {code}, text


@settings(deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True), st.integers() | st.none(), min_size=1))
def test_keys_need_no_quotation_marks(value: dict[str, int | None]) -> None:
    small = {key: number and number % 1_000 for key, number in value.items()}
    mended = mend(MANGLINGS["unquoted_key"](small))
    assert mended is not None
    assert mended.value == small
    assert {departure.code for departure in mended.departures} == {"unquoted_key"}


@settings(deadline=None)
@given(OBJECTS)
def test_commas_before_closing_brackets_count_for_nothing(value: Any) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1]):
        if line[-1] not in ",[{" and lines[number + 1].strip()[:1] in ("]", "}"):
            lines[number] = line + ","
    mended = mend("\n".join(lines))
    assert mended is not None
    assert mended.value == value
    assert {departure.code for departure in mended.departures} == {"trailing_comma"}


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ('{"a": "“quoted”，and：more"}', {"a": "“quoted”，and：more"}, []),
        ("{“a”: “He said “hi” to me”}", {"a": "He said “hi” to me"}, ["curly_quotes"] * 2),
        ("{'a': 'It's fine'}", {"a": "It's fine"}, ["single_quotes"] * 2),
        ("{'a': 'x\\x41\\'s \"y\"'}", {"a": 'xA\'s "y"'}, ["single_quotes"] * 2),
        ('{"a": NaN, "b": -Infinity}', {"a": None, "b": None}, ["not_a_number"] * 2),
        ('{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}, ["raw_control_character"] * 2),
        ('{"a": 1},', {"a": 1}, ["trailing_comma"]),
        ('["a"\n"b"]', ["a", "b"], ["missing_comma"]),
        ("{a_1: # why\n 1}", {"a_1": 1}, ["unquoted_key", "comment_in_json"]),
        ('{"a": "http://x # y"}', {"a": "http://x # y"}, []),
    ],
)
def test_the_meaning_is_told_with_every_departure(text: str, value: Any, codes: list[str]) -> None:
    mended = mend(text)
    assert mended is not None
    assert mended.value == value
    assert [departure.code for departure in mended.departures] == codes


def test_a_departure_says_where_and_what_was_meant() -> None:
    mended = mend('{"a"：1}')
    assert mended is not None
    (departure,) = mended.departures
    assert (departure.position, departure.was, departure.meant) == (4, "：", ":")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "user: hi",
        '{"a": "He said "hi" to me"}',
        '{"a": 1} {"b": 2}',
        '{"a": ["x',
        '{"a": 1',
        '{"a": 01}',
        '{"a": 1e999}',
        '{"a": 123456789012345678901234567890}',
        '{"a" "b"}',
        '["a" "b"]',
        '{"a": yes}',
        '{"a": "\\d"}',
        "{'a': 'the dogs', he said'}",
        "[1,,2]",
        "[,]",
        '{"a": 1]',
        "/* never ended",
        "[" * 65 + "]" * 65,
    ],
)
def test_what_would_have_to_be_guessed_is_not_mended(text: str) -> None:
    assert mend(text) is None


@pytest.mark.parametrize(
    "piece", ["'", '"', "“", "[", "{'a':", "/*", "//", "\\", "\t", "\u200b", "1 ", "'a' ", ",", '"\\']
)
def test_no_text_takes_more_than_its_length(piece: str) -> None:
    """The work for a text ten times as long is some ten times as much, and never a hundred times."""

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        began = time.process_time()
        mend(text)
        return time.process_time() - began

    seconds(1_000)
    assert seconds(300_000) < 40 * seconds(30_000) + 0.05


@settings(deadline=None)
@given(st.text(st.sampled_from("{}[]:,'\"“”‘’：，｛｝ \n\t\\/#*aTn1-.e\u200b"), max_size=60))
def test_any_text_is_mended_or_not(text: str) -> None:
    mended = mend(text)
    if mended is not None:
        again = mend(plain(mended.value))
        assert again is not None
        assert again.value == mended.value
        assert again.departures == ()
