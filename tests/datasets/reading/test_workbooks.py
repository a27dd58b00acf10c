"""Workbooks: the sheet that is meant is read, no more of it than is asked for, and nothing is believed that it says of itself."""

import time
import zipfile
from io import BytesIO
from itertools import islice

import pytest

from shared.datasets.reading import CannotBeRead, inspect, read
from tests.datasets.reading.sources import found_in, gzipped, rows_in, workbook, zipped

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = '<row r="1"><c t="inlineStr"><is><t>user</t></is></c><c t="inlineStr"><is><t>assistant</t></is></c></row>'
ROW = "<row><c><v>1</v></c><c><v>2</v></c></row>"


def workbook_of(rows: str, before: str = "") -> bytes:
    """A workbook whose sheet is written by hand."""
    parts = zipfile.ZipFile(BytesIO(workbook([["x"]])))
    sheet = f'<worksheet xmlns="{NAMESPACE}">{before}<sheetData>{HEADER}{rows}</sheetData></worksheet>'
    return zipped({name: sheet.encode() if name == SHEET else parts.read(name) for name in parts.namelist()})


def test_the_first_rows_of_a_large_sheet_cost_as_little_as_those_of_a_small_one() -> None:
    content = workbook_of(ROW * 400_000)
    began = time.process_time()
    stream = BytesIO(content)
    first = list(islice(read(stream, inspect(stream, "a.xlsx")), 20))
    assert [line.row for line in first] == [{"user": "1", "assistant": "2"}] * 20
    assert time.process_time() - began < 1, "reading it whole takes several seconds"


def test_a_row_that_says_to_be_far_away_ends_the_sheet() -> None:
    far = ROW + '<row r="99999999999"><c><v>3</v></c><c><v>4</v></c></row>'
    assert rows_in(workbook_of(far), "a.xlsx")[0] == {"user": "1", "assistant": "2"}
    assert [codes for _, codes in found_in(workbook_of(far), "a.xlsx")] == [["damaged_file"]]


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    for said in ("A1:A1", "A1:ZZ9999999999", "nonsense", "A1"):
        before = f'<dimension ref="{said}"/>'
        assert rows_in(workbook_of(ROW, before), "a.xlsx") == [{"user": "1", "assistant": "2"}], said


TWO = workbook([["q"], ["one"]], Answers=[["q"], ["two"]])


@pytest.mark.parametrize(
    ("content", "wanted", "read_from", "row"),
    [
        (TWO, None, "Sheet", {"q": "one"}),
        (TWO, "Answers", "Answers", {"q": "two"}),
        (TWO, " answers", "Answers", {"q": "two"}),
        (workbook([], "Empty", Filled=[["q"], ["three"]]), None, "Filled", {"q": "three"}),
    ],
)
def test_the_sheet_that_is_named_is_read_else_the_first_that_holds_anything(
    content: bytes, wanted: str | None, read_from: str, row: dict[str, str]
) -> None:
    stream = BytesIO(content)
    intake = inspect(stream, "a.xlsx", sheet=wanted)
    assert intake.table is not None
    assert (intake.table.sheet, [line.row for line in read(stream, intake)]) == (read_from, [row])
    assert [note.code for note in intake.notes] == ([] if wanted else ["first_sheet_only"])


@pytest.mark.parametrize(
    ("content", "wanted", "code", "said"),
    [
        (TWO, "Reply", "unknown_sheet", 'there is no sheet "Reply"; there are: Sheet, Answers'),
        (b"q\none\n", "Answers", "unknown_sheet", "no workbook"),
        (gzipped(b"q\none\n"), "Answers", "unknown_sheet", "no workbook"),
        (zipped({"a.csv": b"q\none\n"}), "Answers", "unknown_sheet", "no workbook"),
        (workbook([["q"]], "Empty"), "Empty", "empty_file", '"Empty"'),
        (workbook([], "Empty", "Void"), None, "empty_file", "each of the first 3 sheets"),
    ],
)
def test_a_sheet_that_is_not_there_or_holds_nothing_is_refused(
    content: bytes, wanted: str | None, code: str, said: str
) -> None:
    with pytest.raises(CannotBeRead) as refused:
        inspect(BytesIO(content), "a.xlsx", sheet=wanted)
    assert refused.value.finding.code == code
    assert said in refused.value.finding.message
