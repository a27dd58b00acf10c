"""The formula by which a grader of several makes one score: read, and never run.

sum := term (("+" | "-") term)*      term := power (("*" | "/") power)*      power := sign ("^" power)?
sign := ("-" | "+") sign | atom      atom := number | name | function "(" sum ("," sum)* ")" | "(" sum ")"
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

FUNCTIONS = {"min": None, "max": None, "abs": 1, "floor": 1, "ceil": 1, "exp": 1, "sqrt": 1, "log": 1}
"""How many arguments each takes; None = one or more."""
LONGEST = 10_000
DEEPEST = 50
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|([-+*/^(),]))", re.ASCII)


class FormulaError(Exception):
    """Why it is no formula, and after how many characters that shows."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"{message} at character {position + 1}")


class _Token(NamedTuple):
    kind: str  # number, name, the sign itself, or "end"
    text: str
    position: int


def names_in(formula: str) -> frozenset[str]:
    """The names that a formula stands on. Raises FormulaError."""
    if len(formula) > LONGEST:
        raise FormulaError(LONGEST, f"is longer than {LONGEST:,} characters")
    reader = _Reader(list(_tokens(formula)))
    reader.sum(0)
    reader.expect("end")
    return frozenset(reader.names)


def _tokens(formula: str) -> Iterator[_Token]:
    position, end = 0, len(formula.rstrip())
    while position < end:
        found = _TOKEN.match(formula, position)
        if found is None:
            raise FormulaError(position, "has something that is neither number, name nor sign")
        number, name, sign = found.groups()
        kind = "number" if number else "name" if name else sign
        yield _Token(kind, number or name or sign, found.start(found.lastindex or 0))
        position = found.end()
    yield _Token("end", "", end)


class _Reader:
    """Goes through the tokens once, and notes the names that it comes by."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0
        self.names: set[str] = set()

    def expect(self, kind: str) -> None:
        token = self._next()
        if token.kind != kind:
            raise FormulaError(token.position, f"expects {_said(kind)} and has {_said(token.text or token.kind)}")

    def sum(self, depth: int) -> None:
        if depth > DEEPEST:
            raise FormulaError(self._here.position, f"is nested deeper than {DEEPEST} times")
        self._term(depth)
        while self._here.kind in ("+", "-"):
            self._next()
            self._term(depth)

    def _term(self, depth: int) -> None:
        self._power(depth)
        while self._here.kind in ("*", "/"):
            self._next()
            self._power(depth)

    def _power(self, depth: int) -> None:
        self._signed(depth)
        while self._here.kind == "^":
            self._next()
            self._signed(depth)

    def _signed(self, depth: int) -> None:
        while self._here.kind in ("+", "-"):
            self._next()
        self._atom(depth)

    def _atom(self, depth: int) -> None:
        token = self._next()
        match token.kind:
            case "number":
                return
            case "name" if self._here.kind == "(":
                self._call(token, depth)
            case "name":
                self.names.add(token.text)
            case "(":
                self.sum(depth + 1)
                self.expect(")")
            case _:
                raise FormulaError(token.position, f"expects a value and has {_said(token.text or token.kind)}")

    def _call(self, function: _Token, depth: int) -> None:
        if function.text not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise FormulaError(function.position, f"calls {function.text}; there are {known}")
        self._next()
        self.sum(depth + 1)
        given = 1
        while self._here.kind == ",":
            self._next()
            self.sum(depth + 1)
            given += 1
        self.expect(")")
        if FUNCTIONS[function.text] not in (None, given):
            raise FormulaError(function.position, f"gives {function.text} {given} values; it takes one")

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._here
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _said(text: str) -> str:
    return "the end" if text == "end" else f"{text!r}"
