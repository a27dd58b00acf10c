"""Workbooks that say odd things of themselves: no more is read of them than is asked for, and nothing is believed."""

import time
import zipfile
from io import BytesIO
from itertools import islice

from shared.datasets.reading import inspect, read
from tests.datasets.reading.sources import found_in, rows_in, workbook, zipped

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
