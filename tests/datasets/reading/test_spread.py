"""An example that goes on over several lines is one finding, and the lines behind it are read as ever."""

import json
from io import BytesIO

from shared.datasets.reading import mended_lines
from shared.datasets.reading.jsonl import read_lines

GOOD = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "x"}]}
BROKEN = {"messages": [{"role": "user", "content": "one\n{two}\n\nthree"}, {"role": "assistant", "content": "x"}]}


def read(text: str) -> list[tuple[int, list[str]]]:
    return [(line.number, [finding.code for finding in line.findings]) for line in read_lines(BytesIO(text.encode()))]


def mended(text: str) -> list[object]:
    return [line.row for line in mended_lines(read_lines(BytesIO(text.encode())))]


def test_what_is_printed_prettily_is_one_example() -> None:
    text = json.dumps(GOOD, indent=2) + "\n" + json.dumps(GOOD, indent=1) + "\n" + json.dumps(GOOD) + "\n"
    assert read(text) == [(1, ["spread_over_lines"]), (13, ["spread_over_lines"]), (25, [])]
    assert mended(text) == [GOOD, GOOD, GOOD]


def test_line_breaks_within_texts_do_not_part_an_example() -> None:
    spoilt = json.dumps(BROKEN).replace("\\n", "\n")
    text = json.dumps(GOOD) + "\n" + spoilt + "\n" + json.dumps(GOOD) + "\n"
    assert read(text) == [(1, []), (2, ["spread_over_lines", "raw_control_character"]), (6, [])]
    assert mended(text) == [GOOD, BROKEN, GOOD]


def test_the_place_of_an_example_is_that_of_its_first_line() -> None:
    text = json.dumps(GOOD) + "\n" + json.dumps(GOOD, indent=0) + "\n" + json.dumps(GOOD) + "\n"
    lines = list(read_lines(BytesIO(text.encode())))
    length = len(json.dumps(GOOD)) + 1
    assert [(line.offset, line.size_bytes) for line in lines] == [
        (0, length),
        (length, len(text) - 2 * length),
        (len(text) - length, length),
    ]


def test_messages_on_lines_of_their_own_belong_together() -> None:
    text = '{"messages": [\n{"role": "user", "content": "Hi"},\n{"role": "assistant", "content": "x"}\n]}\n'
    assert read(text + json.dumps(GOOD)) == [(1, ["spread_over_lines"]), (5, [])]


def test_what_is_cut_off_swallows_nothing() -> None:
    cut = json.dumps(GOOD)[:40]
    text = f"{cut}\n{json.dumps(GOOD)}\n{cut}\n{json.dumps(GOOD)}\n"
    assert read(text) == [(1, ["invalid_json"]), (2, []), (3, ["invalid_json"]), (4, [])]
    assert mended(text) == [None, GOOD, None, GOOD]


def test_what_never_ends_is_looked_at_once() -> None:
    lines = [f'{{"key {number}": "never ended' for number in range(6_000)]
    told = read("\n".join(lines))
    assert told == [(number, ["invalid_json"]) for number in range(1, 6_001)]


def test_nan_is_mended_to_null() -> None:
    assert mended('{"a": NaN, "b": [1, Infinity]}\n') == [{"a": None, "b": [1, None]}]


def test_a_row_with_other_faults_keeps_them_when_it_is_mended() -> None:
    (line,) = mended_lines(read_lines(BytesIO(b'{"a": NaN, "b": 1, "b": 2}')))
    assert line.row == {"a": None, "b": 2}
    assert [finding.code for finding in line.findings] == ["duplicate_key"]
