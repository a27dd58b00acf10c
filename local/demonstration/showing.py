"""How the demo writes: amounts, tables and sentences, alike in a terminal and in a file."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from rich import box
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 100
LONGEST_WORD = 34


def open_console() -> Console:
    """As wide as the terminal; where there is none, wide enough for every table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A plain table. A heading that begins with ">" stands over numbers, which are aligned to the right.

    Decimals are amounts of money, and those of one column have equally many places. Everything else is text and never
    markup, since some of it comes from somebody's dataset.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 1, 0, 0))
    cells = [list(row) for row in rows]
    for index in range(len(headings)):
        places = max((_places(row[index]) for row in cells), default=0)
        for row in cells:
            row[index] = _written(row[index], places)
    for index, heading in enumerate(headings):
        justify: JustifyMethod = "right" if heading.startswith(">") else "left"
        # Where a terminal is narrow, prose takes more lines and everything else stays whole.
        is_prose = max((len(str(row[index])) for row in cells), default=0) > LONGEST_WORD
        made.add_column(heading.removeprefix(">"), justify=justify, no_wrap=not is_prose, overflow="fold")
    for row in cells:
        made.add_row(*(str(cell) for cell in row))
    return made


def amount(value: Decimal) -> str:
    """US dollars with as many places as there are, and at least two."""
    return _written(value, _places(value))


def _places(cell: object) -> int:
    if not isinstance(cell, Decimal):
        return 0
    return max(2, -int(cell.normalize().as_tuple().exponent))


def _written(cell: object, places: int) -> str:
    return f"${cell:,.{places}f}" if isinstance(cell, Decimal) else escape(str(cell))


def shortened(text: str, length: int) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
