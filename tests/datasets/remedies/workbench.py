"""What the tests of remedies work with: rows in memory, and what other rooms lend, in a plain form."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.datasets import rules
from shared.datasets.findings import Finding
from shared.datasets.remedies import Chosen, Lent, Prepared, SourceRow, prepare
from shared.datasets.shapes import Shape
from shared.datasets.tokens import Encoding, count_example

Row = dict[str, Any]

MAIL = re.compile(r"[\w.]+@[\w.]+\w")


@dataclass(frozen=True)
class Read:
    value: Any


def mend(text: str) -> Read | None:
    """Reads Python's way of writing values, which is one of the ways in which people mangle JSON."""
    try:
        return Read(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def mask(text: str) -> tuple[str, Mapping[str, int]]:
    masked, count = MAIL.subn("[EMAIL]", text)
    return masked, {"email": count}


def count_tokens(row: Row) -> int:
    return count_example(row, Encoding.O200K_BASE).total


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
