"""A file is known by its content, then by what it is called; what cannot be read is refused with a reason."""

import json
from typing import Any

import pytest

from shared.datasets.findings import FINDING_CODES, Severity
from shared.datasets.reading import Container, Intake
from tests.datasets.reading import sources
from tests.datasets.reading.sources import intake_of, refusal

ROW: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "x"}]}
PAIRS = [{"prompt": "Where is it?", "completion": "Here, there"}, {"prompt": "And now", "completion": "Gone"}]
TALK = "categories:\n- trade\nconversations:\n- - Hello\n  - Hi\n"
FILES: list[tuple[str, bytes, Container]] = [
    ("lines", sources.jsonl([ROW, ROW]), Container.JSONL),
    ("one line", sources.jsonl([ROW]), Container.JSONL),
    ("lines without a last line end", sources.jsonl([ROW, ROW]).rstrip(), Container.JSONL),
    ("lines of mangled objects", b"{'a': 1}\n{'a': 2}\n", Container.JSONL),
    ("several printed prettily", json.dumps(ROW, indent=1).encode() * 2, Container.JSONL),
    ("lists by line", b"[1, 2]\n[3]\n", Container.JSONL),
    ("a list", sources.json_list([ROW, ROW]), Container.JSON),
    ("a list in one line", sources.json_list([ROW], None), Container.JSON),
    ("an empty list", b"[]", Container.JSON),
    ("a wrapped list", json.dumps({"version": 1, "data": [ROW]}).encode(), Container.JSON),
    ("one printed prettily", json.dumps(ROW, indent=1).encode(), Container.JSON),
    ("commas", sources.table(PAIRS), Container.CSV),
    ("semicolons", sources.table(PAIRS, ";"), Container.CSV),
    ("tabs", sources.table(PAIRS, "\t"), Container.TSV),
    ("a workbook", sources.workbook([["prompt", "completion"], ["a", "b"]]), Container.XLSX),
    ("Parquet", sources.parquet([ROW]), Container.PARQUET),
    ("talk", TALK.encode(), Container.YAML),
    ("words", b"One line, with a comma.\nAnd more.\n", Container.TEXT),
]


# Lines that are called JSON are read as that, so that each says what it is not. Of plain words and of talk the name decides more.
NAMES = ["upload", "upload.csv", "upload.tsv", "upload.xlsx", "upload.jsonl", "upload.json"]
NAMED_FREELY = {
    Container.JSONL: 6,
    Container.JSON: 6,
    Container.XLSX: 6,
    Container.PARQUET: 6,
    Container.CSV: 4,
    Container.TSV: 4,
}


@pytest.mark.parametrize(
    ("content", "filename", "container"),
    [
        pytest.param(content, filename, container, id=f"{what} as {filename}")
        for what, content, container in FILES
        for filename in NAMES[: NAMED_FREELY.get(container, 1)]
    ],
)
def test_content_decides_whatever_the_file_is_called(content: bytes, filename: str, container: Container) -> None:
    assert intake_of(content, filename).container is container


@pytest.mark.parametrize(
    ("filename", "container"), [("a.txt", Container.TEXT), ("b.csv.txt", Container.TEXT), ("a.csv", Container.CSV)]
)
def test_where_content_leaves_it_open_the_name_decides(filename: str, container: Container) -> None:
    assert intake_of(b"a,b\n1,2\n", filename).container is container


def test_what_its_uploader_says_counts_more_than_the_name() -> None:
    assert intake_of(b"a,b\n1,2\n", "a.csv", Container.TEXT).container is Container.TEXT
    assert intake_of(sources.jsonl([ROW]), "a.csv", Container.CSV).container is Container.JSONL


@pytest.mark.parametrize(
    ("content", "filename", "codes"),
    [
        (sources.jsonl([ROW]), "a.jsonl", []),
        (b"\xef\xbb\xbf" + sources.jsonl([ROW]), "a.jsonl", []),  # said by its first line
        (b"\xef\xbb\xbf" + sources.table(PAIRS), "a.csv", ["byte_order_mark"]),
        (sources.json_list([ROW]), "a.jsonl", ["not_what_it_was_called"]),
        (sources.table(PAIRS, "\t"), "a.csv", ["not_what_it_was_called"]),
        (json.dumps({"data": [ROW]}).encode(), "a.json", ["read_in_part"]),
        (sources.jsonl([ROW]).decode().encode("utf-16"), "a.jsonl", ["read_as_encoding"]),
        (sources.gzipped(sources.jsonl([ROW])), "a.jsonl.gz", ["unpacked"]),
        (sources.zipped({"a.csv": sources.table(PAIRS)}), "a.zip", ["unpacked"]),
        (sources.workbook([["a", "b"], [1, 2]], "Notes"), "a.xlsx", ["first_sheet_only"]),
        (sources.workbook([["Export"], [None], ["a", "b"], [1, 2]]), "a.xlsx", ["title_above_header"]),
        (b"Export,\n,\na,b\n1,2\n", "a.csv", ["title_above_header"]),
        (b"1,2\n3,4\n", "a.csv", ["no_header"]),
        (b"a,a,\n3,4,5\n", "a.csv", ["duplicate_column", "empty_column_name"]),
    ],
)
def test_what_is_worth_saying_of_the_whole_file_is_said(content: bytes, filename: str, codes: list[str]) -> None:
    notes = intake_of(content, filename).notes
    assert [note.code for note in notes] == codes
    assert not any(note.severity is Severity.ERROR for note in notes)


@pytest.mark.parametrize("content", [file[1] for file in FILES], ids=[file[0] for file in FILES])
def test_an_intake_can_be_stored(content: bytes) -> None:
    intake = intake_of(content)
    assert Intake.of(json.loads(json.dumps(intake.as_dict()))) == intake


def test_only_plain_lines_can_be_validated_as_they_lie() -> None:
    lines = sources.jsonl([ROW])
    assert intake_of(lines).is_plain
    assert intake_of(b"\xef\xbb\xbf" + lines).is_plain
    others = [sources.gzipped(lines), lines.decode().encode("utf-16"), sources.json_list([ROW])]
    assert not any(intake_of(other).is_plain for other in others)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (sources.gzipped(b""), "empty_file"),
        (sources.workbook([]), "empty_file"),
        (b"%PDF-1.7\n%abc", "unreadable_document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "unreadable_document"),
        (sources.zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}), "unreadable_document"),
        (bytes(range(256)), "unknown_binary"),
        (bytes(1_000), "unknown_binary"),
        ("{}".encode("utf-32"), "unsupported_encoding"),
        (sources.zipped({"a.jsonl": b"{}", "b.jsonl": b"{}"}), "several_files_in_archive"),
        (sources.zipped({"a.gz": sources.gzipped(b"{}")}), "nested_archive"),
        (sources.gzipped(sources.zipped({"a.jsonl": b"{}"})), "nested_archive"),
        (sources.gzipped(sources.gzipped(b"{}")), "nested_archive"),
        (sources.zipped({"a.jsonl": b"{}"})[:-10], "damaged_file"),
        (b"\x1f\x8bnot gzip after all", "damaged_file"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(content: bytes, code: str) -> None:
    assert refusal(content) == code
    assert FINDING_CODES[code].mend


def test_litter_in_an_archive_is_not_counted() -> None:
    litter = {"__MACOSX/._a.jsonl": b"x", "folder/.DS_Store": b"x"}
    assert refusal(sources.zipped({"a.jsonl": b'{"a":1}\n', **litter})) == "none"
    assert refusal(sources.zipped(litter)) == "empty_file"


def test_a_file_behind_a_password_is_refused() -> None:
    archive = bytearray(sources.zipped({"a.jsonl": b"{}"}))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(archive)) == "encrypted_archive"
