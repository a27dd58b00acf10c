"""Templates of a mapping: texts in which `{column}` stands for what a row says there; `{{` and `}}` are braces."""

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_BRACES = 100
"""A cell may be long: as often as its column is named, so many times the memory."""

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


class TemplateError(ValueError):
    """The braces of a template do not match."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str


Template = tuple[str | Column, ...]
"""Fixed texts and columns, in their order."""


def parse_template(text: str) -> Template:
    """Raises TemplateError where a brace stands alone or holds no name, or where there are very many."""
    if text.count("{") > MOST_BRACES:
        raise TemplateError(f"a template has at most {MOST_BRACES} braces")
    pieces: list[str | Column] = []
    for match in _PIECE.finditer(text):
        piece, name = match[0], match[1]
        if name:
            pieces.append(Column(name))
        elif piece in {"{", "}", "{}"}:
            raise TemplateError(f'"{piece}" at character {match.start() + 1}: write {{column}}, or double the brace')
        else:
            pieces.append({"{{": "{", "}}": "}"}.get(piece, piece))
    return tuple(pieces)


def columns_in(template: Template) -> tuple[str, ...]:
    return tuple(piece.name for piece in template if isinstance(piece, Column))


def fill(template: Template, said: Callable[[str], str]) -> str:
    """The text of a template; `said` tells what a column says."""
    return "".join(said(piece.name) if isinstance(piece, Column) else piece for piece in template)
