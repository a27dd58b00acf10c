"""The sheets of a workbook, of which no more is read than is asked for.

The library looks through every sheet to its end when it opens a workbook, where a sheet does not say how large it is; most
programs that write large ones leave that out. This opens one sheet at a time, and believes nothing that it says of its size.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

CHART = "chartsheet"


class Sheets:
    """Raises whatever the library stumbles over in a file that is not as it should be."""

    def __init__(self, stream: BinaryIO) -> None:
        self._reader = ExcelReader(stream, read_only=True, data_only=True, keep_links=False)
        self._reader.read_manifest()
        self._reader.read_strings()
        self._reader.read_workbook()
        # By its styles a number is known to be a date.
        apply_stylesheet(self._reader.archive, self._reader.wb)
        found = [
            (str(sheet.name), str(rel.target))
            for sheet, rel in self._reader.parser.find_sheets()
            if rel.target in self._reader.valid_files and CHART not in str(rel.Type)
        ]
        self._paths = dict(reversed(found))
        self.names = list(dict.fromkeys(name for name, _ in found))
        """Of all sheets with cells, in their order."""

    def rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        """The values of a sheet's rows from the first on; those between two that are there, and were left out, are empty."""
        sheet: Any = _Sheet(self._reader.wb, name, self._paths[name], self._reader.shared_strings)
        yield from sheet.iter_rows(values_only=True)

    def close(self) -> None:
        self._reader.archive.close()


class _Sheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """Would read the sheet to its end."""
