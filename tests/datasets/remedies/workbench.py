"""What the tests of remedies work with: rows in memory, and what other rooms lend, in a plain form."""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.datasets import rules
from shared.datasets.findings import Finding
from shared.datasets.personal.masking import mask
from shared.datasets.reading.mend import mend
from shared.datasets.remedies import Chosen, Lent, Prepared, SourceRow, prepare
from shared.datasets.shapes import Shape
from shared.datasets.tokens import Encoding, count_example

Row = dict[str, Any]


def count_tokens(row: Row, encoding: str) -> int:
    return count_example(row, Encoding(encoding)).total


def check(row: Row) -> Iterator[Finding]:
    return rules.check(row, Shape.CHAT)


LENT = Lent(check=check, mend=mend, mask=mask, count_tokens=count_tokens, lines={"near_duplicate": {2}, "secret": {3}})
UNCHECKED = Lent(mend=mend, mask=mask)  # for the shapes that have rules of their own


def sources(rows: Iterable[Row | str]) -> list[SourceRow]:
    """Lines counted from 1; a text is a line that could not be read."""
    return [
        SourceRow(line, None, row) if isinstance(row, str) else SourceRow(line, row)
        for line, row in enumerate(rows, start=1)
    ]


def prepared(
    rows: Iterable[Row | str], *chosen: Chosen | str, shape: Shape = Shape.CHAT, lent: Lent = LENT
) -> tuple[list[Row | str], Prepared]:
    """The examples as they come out, and the rest; what was put in must not have changed."""
    lines = sources(rows)
    before = repr(lines)
    choices = [Chosen(choice) if isinstance(choice, str) else choice for choice in chosen]
    done = prepare(lambda: iter(lines), choices, shape, lent)
    mended = [source.raw if source.row is None else source.row for source in done.examples()]
    assert repr(lines) == before
    return mended, done


def conversation(*messages: Row, **keys: Any) -> Row:
    return {"messages": list(messages), **keys}


def system(content: Any, **keys: Any) -> Row:
    return {"role": "system", "content": content, **keys}


def user(content: Any, **keys: Any) -> Row:
    return {"role": "user", "content": content, **keys}


def assistant(content: Any, **keys: Any) -> Row:
    return {"role": "assistant", "content": content, **keys}


def calling(*ids: Any, arguments: Any = "{}") -> Row:
    return {"role": "assistant", "tool_calls": [call(one, arguments) for one in ids]}


def call(one: Any, arguments: Any = "{}") -> Row:
    return {"id": one, "type": "function", "function": {"name": "find", "arguments": arguments}}


def tool(one: Any, content: str = "at the depot") -> Row:
    return {"role": "tool", "tool_call_id": one, "content": content}


TOOLS = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
