"""What was written is read again, row by row, from every kind of file; what is wrong stands where it is."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.datasets.reading import sources
from tests.datasets.reading.manglings import OBJECTS
from tests.datasets.reading.sources import found_in, intake_of, lines_in, rows_in

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(",;\t\"'\n|"), max_size=10)
TABLES = st.lists(st.fixed_dictionaries({"prompt": CELLS, "completion": CELLS, "3rd": CELLS}), min_size=1, max_size=5)
FEW = settings(max_examples=40, deadline=None)


@FEW
@given(st.lists(OBJECTS, min_size=2, max_size=4), st.sampled_from([None, 0, 2]))
def test_objects_come_back_from_a_list(rows: list[Any], indent: int | None) -> None:
    assert rows_in(sources.json_list(rows, indent), "a.json") == rows


@FEW
@given(st.lists(OBJECTS, min_size=1, max_size=3))
def test_objects_come_back_from_a_wrapped_list(rows: list[Any]) -> None:
    wrapped = json.dumps({"version": [1, {"a": []}], "rows": [{"text": "", **row} for row in rows], "more": {}})
    assert rows_in(wrapped.encode(), "a.json") == [{"text": "", **row} for row in rows]


@FEW
@given(TABLES, st.sampled_from([(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv")]))
def test_texts_come_back_from_a_table(rows: list[dict[str, str]], written: tuple[str, str]) -> None:
    delimiter, filename = written
    ascii_header = sources.table(rows, delimiter)
    got = rows_in(ascii_header, filename)
    assert got == rows


@FEW
@given(st.lists(OBJECTS, min_size=1, max_size=3))
def test_maps_come_back_from_yaml(rows: list[Any]) -> None:
    printable = json.loads(json.dumps(rows).replace("\\u", "u"))
    assert rows_in(sources.yaml_list(printable), "a.yaml") == printable


@FEW
@given(
    st.lists(
        st.lists(st.text("abc: -#'\"yesno1.,[]{}é", min_size=1).filter(str.strip), min_size=2, max_size=4), min_size=1
    )
)
def test_conversations_come_back_from_yaml(conversations: list[list[str]]) -> None:
    content = sources.yaml_list(conversations)
    assert rows_in(content, "a.yaml") == [{"conversation": said} for said in conversations]


def test_several_answers_to_a_question_are_kept_as_they_are_written() -> None:
    content = b"categories:\n- trade\nconversations:\n- - Open today?\n  - Yes\n  - 10:30\n- - Where?\n  - Here\n"
    assert [(line.number, line.row) for line in lines_in(content, "a.yml")] == [
        (4, {"conversation": ["Open today?", "Yes", "10:30"]}),
        (7, {"conversation": ["Where?", "Here"]}),
    ]


def test_one_map_that_is_an_example_is_one_row() -> None:
    content = b"messages:\n- {role: user, content: Hi}\n- {role: assistant, content: 'no'}\n---\nmessages: []\n"
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "no"}]
    assert rows_in(content, "a.yaml") == [{"messages": messages}, {"messages": []}]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"- {a: &x 1}\n- {a: 2}\n- {b: *x}\n", [(1, ["yaml_alias"]), (3, ["yaml_alias"])]),
        (b"- {a: 1}\n- !!python/object/apply:os.system ['x']\n- {a: 2}\n", [(2, ["yaml_tag"])]),
        (b"- {a: 1, a: 2}\n", [(1, ["duplicate_key"])]),
        (b"- {a: 1}\n- {b: [}\n- {c: 1}\n", [(2, ["invalid_yaml"])]),
        (b"- a: " + b"[" * 100 + b"]" * 100 + b"\n- {a: 1}\n", [(1, ["nested_too_deep"])]),
    ],
)
def test_what_is_more_than_json_is_refused_in_yaml(content: bytes, found: list[tuple[int, list[str]]]) -> None:
    assert found_in(content, "a.yaml") == found


@FEW
@given(
    st.lists(
        st.fixed_dictionaries({"text": CELLS, "turns": st.lists(CELLS), "n": st.integers(-9, 9) | st.none()}),
        min_size=1,
    )
)
def test_rows_come_back_from_parquet(rows: list[dict[str, Any]]) -> None:
    assert rows_in(sources.parquet(rows), "a.parquet") == rows


def test_parquet_says_in_json_what_it_can() -> None:
    arrow = import_module("pyarrow")
    day, noon = dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
    row = {"day": day, "noon": noon, "price": Decimal("1.50"), "score": float("nan"), "map": {"a": [1]}}
    made = arrow.table({**{key: [value] for key, value in row.items()}, "ns": arrow.array([1], arrow.timestamp("ns"))})
    writer = import_module("pyarrow.parquet")
    (read,) = rows_in(sources.saved(lambda file: writer.write_table(made, file)), "a.parquet")
    assert read == {
        "day": "2026-01-02",
        "noon": "2026-01-02T12:00:00+00:00",
        "price": "1.50",
        "score": None,
        "map": {"a": [1]},
        "ns": "1970-01-01T00:00:00",
    }


def test_bytes_in_parquet_are_refused_where_they_are() -> None:
    content = sources.parquet([{"a": "x", "b": None}, {"a": "y", "b": b"\0"}])
    assert found_in(content, "a.parquet") == [(2, ["binary_value"])]


@FEW
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_texts_come_back_from_a_workbook(rows: list[tuple[str, str]]) -> None:
    safe = [tuple("_" + cell.replace("\ufffe", "").replace("\uffff", "") for cell in row) for row in rows]
    content = sources.workbook([["prompt", "completion"], *map(list, safe)])
    assert rows_in(content, "a.xlsx") == [{"prompt": one, "completion": two} for one, two in safe]


def test_cells_of_a_workbook_read_as_one_would_type_them() -> None:
    noon = dt.datetime.fromisoformat("2026-01-02T12:30")
    content = sources.workbook(
        [[], ["a", "b", "c"], [1.0, 2.5, True], [], [dt.date(2026, 1, 2), noon, "=1+1"], ["x"], [1, 2, 3, 4]],
        "More",
    )
    assert [(line.number, line.row) for line in lines_in(content, "a.xlsx")] == [
        (3, {"a": "1", "b": "2.5", "c": "true"}),
        (5, {"a": "2026-01-02", "b": "2026-01-02T12:30:00", "c": ""}),  # nobody computed the formula
        (6, {"a": "x", "b": "", "c": ""}),
        (7, None),
    ]
    assert found_in(content, "a.xlsx") == [(7, ["ragged_row"])]


@pytest.mark.parametrize(
    ("content", "found", "rows"),
    [
        (b"a,b\n1,x\n2\n3,y,z\n4,w\n", [(3, ["ragged_row"]), (4, ["ragged_row"])], 4),
        (b'a,b\n1,"x\n2,y\n3,z\n', [(2, ["invalid_csv"])], 3),
        (b'a,b\n1,"x"y\n2,"z ""q"""\n', [(2, ["invalid_csv"])], 2),
        (b'a,b\n1,"x\ny"\n\n2,\xff\xfe\n', [], 2),
    ],
)
def test_a_faulty_row_of_a_table_costs_only_itself(
    content: bytes, found: list[tuple[int, list[str]]], rows: int
) -> None:
    assert found_in(content, "a.csv") == found
    assert len(lines_in(content, "a.csv")) == rows


def test_a_table_of_one_column_and_one_without_names_are_read() -> None:
    assert rows_in(b"text\nHello, you\nBye\n", "a.tsv") == [{"text": "Hello, you"}, {"text": "Bye"}]
    assert rows_in(b"Is it here?,Yes.\nReally?,No.\n", "a.csv")[0] == {"column_1": "Is it here?", "column_2": "Yes."}


def test_places_of_rows_are_bytes_of_the_file() -> None:
    content = '[\n {"a": "é"},\n {"b": 1}]'.encode("utf-16")
    (first, second) = lines_in(content, "a.json")
    assert (first.number, second.number) == (2, 3)
    assert content[first.offset :][: first.size_bytes].decode("utf-16-le") == '{"a": "é"}'
    assert content[second.offset :][: second.size_bytes].decode("utf-16-le") == '{"b": 1}'


@pytest.mark.parametrize(
    ("content", "found", "rows"),
    [
        (b'[\n{"a": 1},\n{"a": "x},\n{"a": 2},\n{"a": 3}\n]', [(3, ["invalid_json"])], 4),
        (b'[{"a": 1}, {\'a\': 2}, {"a": 3,}]', [(1, ["single_quotes"]), (1, ["trailing_comma"])], 3),
        (b'[{"a": 1}, 5, "x", [1], null, {"a": 2}]', [(1, ["not_an_object"])] * 4, 6),
        (b'[{"a": 1}, {"a": 2}', [(2, ["damaged_file"])], 3),
        (b'[{"a": 1}, {"a": "2', [(2, ["damaged_file"])], 2),
        (b'[{"a": "\xff"}, {"a": "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"}]', [(1, ["not_utf8"])], 2),
        (b'[{"a": 1}] and more', [(2, ["rest_unread"])], 2),
        (b'[{"a": 1}]\n[{"a": 2}]', [], 2),
        (b'[{"a": "' + b"x" * 200_000 + b'"}]', [(1, ["element_too_long"])], 1),
    ],
)
def test_a_faulty_element_costs_only_itself(content: bytes, found: list[tuple[int, list[str]]], rows: int) -> None:
    assert found_in(content, "a.json") == found
    assert len(lines_in(content, "a.json")) == rows


ASKED = [{"question": "Why, then?", "answer": "So; yes"}, {"question": "q", "answer": "a"}]
CUT = "question\tanswer\r\nWhy, then?\tSo; yes\r\nq\ta\r\n"


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (CUT.encode("utf-16"), "Unicode Text.txt"),
        (CUT.encode(), "tabs.txt"),
        (b"sep=;\r\n" + sources.table(ASKED, ";"), "a.csv"),
        (b'"sep=;"\r\n' + sources.table(ASKED, ";"), "a"),
        (b"sep=|\n" + sources.table(ASKED, "|"), "a.csv"),
        (b"FAQ of 2024,\r\n,\r\n" + sources.table(ASKED), "a.csv"),
        (
            sources.workbook([["FAQ of 2024"], [], *(list(row) for row in (ASKED[0], *map(dict.values, ASKED)))]),
            "a.xlsx",
        ),
    ],
)
def test_tables_are_read_as_excel_saves_them(content: bytes, filename: str) -> None:
    assert rows_in(content, filename) == ASKED


def test_a_text_with_tabs_and_a_table_without_a_title_stay_what_they_are() -> None:
    assert rows_in(b"One\ttab.\nNo tab, here\n", "a.txt") == [{"text": "One\ttab."}, {"text": "No tab, here"}]
    assert rows_in(b"text,label\nHello,\nMore,x\n", "a.csv") == [
        {"text": "Hello", "label": ""},
        {"text": "More", "label": "x"},
    ]


def test_each_line_of_a_text_is_a_row_and_each_transcript_is_one() -> None:
    assert rows_in(b"One.\n\n  Two, three \n", "a.txt") == [{"text": "One."}, {"text": "  Two, three "}]
    turns = "\n\nHuman: Hi\nthere\n\nAssistant: Hello"
    parted = {
        "two blank lines": f"{turns}\n\n{turns}\n",
        "dashes": f"{turns}\n---\n{turns}",
        "one blank line": "Human: Hi\nthere\nAssistant: Hello\n\nHuman: Hi\nthere\nAssistant: Hello\n",
    }
    for how, text in parted.items():
        assert rows_in(text.encode(), "a.txt") == [{"text": turns}] * 2, how


def test_of_a_cut_off_archive_all_is_read_that_is_there() -> None:
    content = sources.jsonl([{"a": number} for number in range(5_000)])
    packed = sources.gzipped(content)[:-500]
    lines = lines_in(packed, "a.jsonl.gz")
    assert [line.row for line in lines[:100]] == [{"a": number} for number in range(100)]
    assert [finding.code for finding in lines[-1].findings] == ["damaged_file"]
    noise = sources.jsonl(
        [{"a": hashlib.sha256(bytes([number % 256, number // 256])).hexdigest()} for number in range(5_000)]
    )
    spoilt = bytearray(sources.zipped({"a.jsonl": noise}))
    spoilt[len(spoilt) * 3 // 4] ^= 0xFF
    found = found_in(bytes(spoilt))
    assert found[-1][1] == ["damaged_file"]
    assert found[-1][0] > 1_000


def test_several_members_of_a_gzip_file_are_one_file() -> None:
    one, two = sources.jsonl([{"a": 1}]), sources.jsonl([{"a": 2}])
    assert rows_in(sources.gzipped(one) + sources.gzipped(two) + bytes(100)) == [{"a": 1}, {"a": 2}]


def test_an_archive_that_grows_beyond_measure_is_given_up() -> None:
    bomb = sources.gzipped(b'{"a": 1}\n' + b" " * 70_000_000)
    assert intake_of(bomb).compression == "gzip"
    assert found_in(bomb)[-1][1] == ["archive_too_large"]
