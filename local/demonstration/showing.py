"""How the demo writes: amounts, tables and sentences, alike in a terminal and in a file."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 120


def open_console() -> Console:
    """As wide as the terminal; where there is none, wide enough for every table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A plain table. A heading that begins with ">" stands over numbers, which are aligned to the right.

    Cells are text and never markup: some of them come from somebody's dataset.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        is_number = heading.startswith(">")
        made.add_column(heading.removeprefix(">"), justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    return made


def amount(text: str | Decimal | None) -> str:
    """US dollars with as many places as there are, and at least two."""
    if text is None:
        return "no limit"
    value = Decimal(text).normalize()
    places = max(2, -int(value.as_tuple().exponent))
    return f"${value:,.{places}f}"


def budget_row(label: str, budget: dict[str, Any]) -> list[str]:
    return [label, *(amount(budget[f"{part}_usd"]) for part in ("monthly_limit", "spent", "held", "left"))]


def shortened(text: str, length: int) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
