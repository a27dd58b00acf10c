"""Graders in Python, which run at the provider: their source is read here, and never run."""

import ast
from collections.abc import Iterator

from shared.datasets.rules.graders import MOST_BRACES, is_readable, references
from shared.errors import FieldError
from shared.jobs.ordering.graders.fields import Json, named, texts
from shared.jobs.ordering.graders.templates import Items

LARGEST_SOURCE_BYTES = 256_000


def check_python(grader: Json, pointer: str, items: Items | None) -> Iterator[FieldError]:
    yield from named(grader, pointer, ("source",), ("image_tag",))
    yield from texts(grader, pointer, ("image_tag",), 100)
    source = grader.get("source", "")
    if not isinstance(source, str) or len(source.encode(errors="replace")) >= LARGEST_SOURCE_BYTES:
        yield FieldError(f"{pointer}/source", f"must be a text of less than {LARGEST_SOURCE_BYTES:,} bytes")
        return
    if "source" in grader and (fault := _fault(source)):
        yield FieldError(f"{pointer}/source", fault)
    for name in sorted(references(grader)) if items else ():
        if items and (missing := items.fault_of((name,))):
            yield FieldError(f"{pointer}/source", missing)


def _fault(source: str) -> str | None:
    if not is_readable(source):
        return f"has more than {MOST_BRACES:,} opening braces, and is not read here"
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return f"is not Python: {error.msg} on line {error.lineno}"
    except (ValueError, RecursionError, MemoryError):
        return "is not Python that can be read"
    defined = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "grade"]
    if not defined:
        return "defines no function grade(sample, item)"
    asked = defined[-1].args
    positional = len(asked.posonlyargs) + len(asked.args)
    fewest = positional - len(asked.defaults)
    takes_two = fewest <= 2 and (positional >= 2 or asked.vararg is not None) and _all_have_defaults(asked)
    return None if takes_two else "has a function grade that does not take two values, the sample and the item"


def _all_have_defaults(asked: ast.arguments) -> bool:
    """Of what can be given by name only."""
    return None not in asked.kw_defaults
