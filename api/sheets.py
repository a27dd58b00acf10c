"""Tables for spreadsheets: answers as `text/csv`, for callers whose `Accept` asks for it."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from fastapi import Response

CSV = "text/csv"


def also_csv(example: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with a table too."""
    return {200: {"content": {CSV: {"schema": {"type": "string"}, "example": example}}}}


def sheet(names: Sequence[str], rows: Iterable[Mapping[str, Any]], texts: Collection[str] = ()) -> Response:
    """The rows under the names; what is absent is an empty cell. `texts` are the columns in which people's own words stand."""
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: _harmless(str(cell)) if name in texts else cell for name, cell in row.items()} for row in rows
    )
    return Response(file.getvalue(), media_type=CSV)


def _harmless(cell: str) -> str:
    """A team's name must not become a formula in somebody's spreadsheet."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
