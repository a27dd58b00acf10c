"""Any bytes at all give lines or a refusal, never anything else; so do good files in which something was spoilt."""

import io
import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.reading import CannotBeRead, inspect, mended_lines, read
from tests.datasets.reading import sources
from tests.datasets.reading.sources import Row

ROWS: list[Row] = [{"prompt": f"Où, {number}?", "completion": "“là” 你好\n"} for number in range(20)]
FILENAMES = [
    "upload",
    "a.jsonl",
    "a.json",
    "a.csv",
    "a.tsv",
    "a.yaml",
    "a.txt",
    "a.xlsx",
    "a.parquet",
    "a.jsonl.gz",
    "a.zip",
]
SAYINGS = b"{}[]\":,'\n\r\t -&*!#\0\xff\xfe\x81\xe4\xbd\xa0PK\x03\x04\x1f\x8bPAR1,;|conversations:Human: Assistant:"


@cache
def good_files() -> dict[str, bytes]:
    lines = sources.jsonl(ROWS)
    turns = "".join(f"Human: Where is {number}?\nAssistant: Here\n\n" for number in range(20))
    return {
        "a.jsonl": lines,
        "a.json": sources.json_list(ROWS),
        "data.json": json.dumps({"data": ROWS}).encode("utf-16"),
        "a.csv": sources.table(ROWS),
        "a.tsv": sources.table(ROWS, "\t")
        .decode()
        .replace("“", "")
        .replace("”", "")
        .replace("ù", "")
        .encode("gb18030", "ignore"),
        "a.yaml": sources.yaml_list(ROWS),
        "a.txt": turns.encode(),
        "a.xlsx": sources.workbook([list(row.values()) for row in ROWS]),
        "a.parquet": sources.parquet(ROWS),
        "a.jsonl.gz": sources.gzipped(lines),
        "a.zip": sources.zipped({"a.jsonl": lines}),
    }


def all_of(content: bytes, filename: str) -> int:
    """How many lines the file has, each of which tells of its row or of what is wrong; 0 if it is refused."""
    stream = io.BytesIO(content)
    try:
        intake = inspect(stream, filename)
    except CannotBeRead:
        return 0
    count = 0
    for line in mended_lines(read(stream, intake, 10_000)):
        count += 1
        findings = list(line.findings)
        assert line.row is not None or findings
        assert line.number >= 1
        assert line.offset >= 0
        assert all(json.dumps(finding.message) for finding in findings)
    return count


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.lists(st.sampled_from(SAYINGS), max_size=80).map(bytes), st.sampled_from(FILENAMES))
def test_any_bytes_give_lines_or_a_refusal(content: bytes, filename: str) -> None:
    assert all_of(content, filename) <= len(content) + 1


@pytest.mark.parametrize("filename", [*FILENAMES[1:], "data.json"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_spoilt_file_gives_lines_or_a_refusal(filename: str, data: st.DataObject) -> None:
    content = bytearray(good_files()[filename])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        spoilt = data.draw(st.binary(max_size=3) | st.sampled_from(SAYINGS).map(lambda byte: bytes([byte])))
        content[at : at + data.draw(st.integers(0, 20))] = spoilt
        if not content:
            break
    all_of(bytes(content), filename)


@pytest.mark.parametrize("filename", [*FILENAMES[1:], "data.json"])
def test_a_good_file_gives_all_its_rows(filename: str) -> None:
    assert all_of(good_files()[filename], filename) >= 19  # the first row of the workbook may pass for its header
