"""Ways in which people and programs spoil JSON: each takes a value and gives a text that means it."""

import json
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

# As in any upload: texts of all kinds, and those that look like JSON themselves.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\"'“”‘’：，｛｝［］{}[]:,\\\n\t#/"),
    max_size=12,
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4)

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def outside(text: str, change: Callable[[str], str]) -> str:
    """The same JSON with what lies between its texts changed."""
    pieces, at = [], 0
    for quoted in _TEXT.finditer(text):
        pieces += [change(text[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    return "".join([*pieces, change(text[at:])])


def requoted(text: str, opening: str, closing: str) -> str:
    """The same JSON with other quotation marks around its texts; whatever else looks like one is escaped."""
    escaped = re.sub("[“”„‟＂«»‘’‚‛]", lambda mark: f"\\u{ord(mark[0]):04x}", text)
    if opening == "'":
        return _TEXT.sub(lambda quoted: "'" + re.sub(r"\\.|'", _apostrophe, quoted[0][1:-1]) + "'", escaped)
    return _TEXT.sub(lambda quoted: opening + quoted[0][1:-1].replace("'", "\\u0027") + closing, escaped)


def _apostrophe(found: re.Match[str]) -> str:
    return "\\'" if found[0] == "'" else found[0]


def _full_width(piece: str) -> str:
    return piece.translate(str.maketrans(":,{}[]", "：，｛｝［］"))


def _python_words(piece: str) -> str:
    return piece.replace("true", "True").replace("false", "False").replace("null", "None")


def plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


MANGLINGS: dict[str, Callable[[Any], str]] = {
    "curly_quotes": lambda value: requoted(plain(value), "“", "”"),
    "single_quotes": lambda value: requoted(plain(value), "'", "'"),
    "full_width_punctuation": lambda value: outside(plain(value), _full_width),
    "python_literal": lambda value: outside(plain(value), _python_words),
    "missing_comma": lambda value: outside(plain(value), lambda piece: piece.replace(",", "\n")),
    "raw_control_character": lambda value: _TEXT.sub(
        lambda quoted: re.sub(r"\\(?:[nt]|.)", lambda e: {"\\n": "\n", "\\t": "\t"}.get(e[0], e[0]), quoted[0]),
        plain(value),
    ),
    "comment_in_json": lambda value: outside(
        plain(value), lambda piece: piece.replace(",", ", // so\n").replace("{", "{ /* x */")
    ),
    "invisible_character": lambda value: outside(
        "\ufeff" + plain(value), lambda piece: piece.replace(", ", ",\u200b\u3000")
    ),
    "unquoted_key": lambda value: re.sub(r'"([A-Za-z_]\w*)": ', r"\1: ", plain(value)),
}
