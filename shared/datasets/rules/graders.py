"""What a grader reads of each row of a reinforcement dataset, and whether the row has it.

A grader's templates say `{{item.answer}}`; a Python grader says `item["answer"]`. Code is read here, never run. What
`item.get("answer")` asks for may be missing, so it is no reference.
"""

import ast
import re
from collections.abc import Collection, Iterator
from typing import Any

from shared.datasets.findings import Finding, found

MOST_BRACES = 2_000
RESERVED_KEYS = frozenset({"messages", "tools"})

_TEMPLATE = re.compile(r"""\{\{\s*item(?:\.(\w[\w-]*)|\[\s*['"]([^'"]+)['"]\s*\])""")


def references(grader: object) -> frozenset[str]:
    """The keys of a row that a grader, as its JSON has it, cannot do without. Graders within graders are looked into."""
    named: set[str] = set()
    waiting = [grader]
    while waiting:
        match waiting.pop():
            case {"type": "python", "source": str(source)}:
                named |= _subscripts(source)
            case dict() as value:
                waiting.extend(value.values())
            case list() as value:
                waiting.extend(value)
            case str(text):
                named |= {plain or quoted for plain, quoted in _TEMPLATE.findall(text)}
    return frozenset(named)


def check_references(keys: Collection[str], referred: Collection[str]) -> Iterator[Finding]:
    """What is missing in a row with these keys, for a grader whose `references` these are."""
    for name in sorted(referred):
        if name in RESERVED_KEYS:
            yield found("reserved_reference", "", f"the grader reads item.{name}, which is not handed to graders", name)
        elif name not in keys:
            yield found("missing_reference", "", f'the grader reads item.{name}; the row has no key "{name}"', name)


def is_readable(source: str) -> bool:
    """Whether parsing takes no time to speak of. Python's parser needs the square of it for the places of one f-string, and lets no
    other thread go on meanwhile.
    """
    return source.count("{") <= MOST_BRACES


def _subscripts(source: str) -> set[str]:
    if not is_readable(source):
        return set()  # Refused when it is ordered with.
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()  # The provider refuses such a grader itself.
    return {name for node in ast.walk(tree) for name in _read_by(node)}


def _read_by(node: Any) -> Iterator[str]:
    match node:
        case ast.Subscript(value=ast.Name(id="item"), slice=ast.Constant(value=str(name)), ctx=ast.Load()):
            yield name
