"""A list of examples in JSON: each element is cut out and read strictly, as if it were a line.

Elements are cut by their brackets, so that the list is never held whole; commas between them are not insisted on. An element
whose quotation marks do not fit would swallow those behind it: then it ends where the next one begins, by its indentation.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.reading.inspecting import SAMPLE_BYTES
from shared.datasets.reading.intake import Intake
from shared.datasets.reading.jsonl import kind
from shared.datasets.reading.line import CannotBeRead, Line, without_row
from shared.datasets.reading.strict_json import NOTHING, StrictJson
from shared.datasets.reading.text_window import TextWindow

_BETWEEN = re.compile(r"[\s,\ufeff]*")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{}]', re.DOTALL)
_LIST_BEGINS = re.compile(r"\s*:\s*\[")
_BARE = re.compile(r"[^\s,\[\]{}]+|.", re.DOTALL)


def read(stream: BinaryIO, intake: Intake, longest_bytes: int) -> Iterator[Line]:
    """The elements of the list that the file is, or that stands under `list_key`; or the whole as one row."""
    window = TextWindow(stream, intake.encoding)
    elements = _Elements(window, longest_bytes)
    if intake.is_one_row:
        yield elements.whole()
        return
    if intake.list_key is not None:
        _go_into(window, intake.list_key)
        yield from elements
        return
    while _gap(window) is not None:
        if not window.text.startswith("[", window.at):
            raise CannotBeRead(found("rest_unread", "", "something follows the list", window.text[window.at :]))
        window.go_to(window.at + 1)
        yield from elements


def _gap(window: TextWindow) -> str | None:
    """What lies between here and the next element, which is gone past; None at the end of the file."""
    gap = ""
    while True:
        between = _BETWEEN.match(window.text, window.at)
        assert between is not None, "it may be empty"
        gap = (gap + between[0])[-1_000:]
        window.go_to(between.end())
        if window.at < len(window.text):
            return gap
        if not window.more():
            return None


def _go_into(window: TextWindow, key: str) -> None:
    """To the first element of the list under this key of the object that the file is. It was seen in the sample."""
    while len(window.text) < SAMPLE_BYTES and window.more():
        pass
    depth = 0
    for token in _TOKEN.finditer(window.text, window.at):
        if token[0][0] != '"':
            depth += 1 if token[0] in "[{" else -1
        elif depth == 1 and (opened := _LIST_BEGINS.match(window.text, token.end())) and _says(token[0], key):
            window.go_to(opened.end())
            return
    raise CannotBeRead(found("rest_unread", "", f'there is no list under "{key}"'))


def _says(quoted: str, key: str) -> bool:
    try:
        return bool(json.loads(quoted, strict=False) == key)
    except ValueError:
        return False


class _Elements:
    """The elements of one list, up to the bracket that ends it."""

    def __init__(self, window: TextWindow, longest_bytes: int) -> None:
        self._window = window
        self._longest = longest_bytes
        self._json = StrictJson()

    def __iter__(self) -> Iterator[Line]:
        window = self._window
        while (gap := _gap(window)) is not None:
            if window.text.startswith("]", window.at):
                window.go_to(window.at + 1)
                return
            yield self._element(gap)
        raise CannotBeRead(found("damaged_file", "", "the list is not ended: the file was cut off"))

    def whole(self) -> Line:
        window = self._window
        while len(window.text) <= self._longest and window.more():
            pass
        if len(window.text) > self._longest:
            raise CannotBeRead(_too_long(self._longest))
        _gap(window)
        return self._line(window.text[window.at :].rstrip())

    def _element(self, gap: str) -> Line:
        window = self._window
        end = self._end()
        text = window.text[window.at : end] if end else None
        if text is None or self._json.parse(text)[0] is NOTHING:
            text = self._up_to_next(gap, text)
        return self._line(text)

    def _line(self, text: str) -> Line:
        """The line for a text that begins here, which is gone past."""
        window = self._window
        number, offset, size_bytes = window.number, window.offset, window.size_bytes(text)
        window.go_to(window.at + len(text))
        if size_bytes > self._longest:
            return without_row(number, offset, size_bytes, _too_long(self._longest))
        if bad := window.undecodable(text):
            return without_row(number, offset, size_bytes, bad)
        value, findings = self._json.parse(text)
        if isinstance(value, dict):
            return Line(number, offset, size_bytes, value, findings)
        if value is not NOTHING:
            no_object = found("not_an_object", "", f"the element is {kind(value)}, not an object", text)
            findings = chain(findings, [no_object])
        return Line(number, offset, size_bytes, None, findings, text=text)

    def _end(self) -> int | None:
        """Where the element ends that begins here, by its brackets; None if it never does, or is too long."""
        window = self._window
        if window.text[window.at] not in '"[{':
            return self._end_of_bare()
        depth, at = 0, window.at
        while True:
            for token in _TOKEN.finditer(window.text, at):
                if token[1] == "":
                    at = token.start()
                    break
                depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
                at = token.end()
                if depth <= 0:
                    return at
            passed = at - window.at
            if len(window.text) - window.at > self._longest or not window.more():
                return None
            at = window.at + passed

    def _end_of_bare(self) -> int:
        window = self._window
        if len(window.text) - window.at < 64:
            window.more()
        bare = _BARE.match(window.text, window.at)
        assert bare is not None, "there is a character"
        return bare.end()

    def _up_to_next(self, gap: str, text: str | None) -> str:
        """The text of an element that cannot be read, up to where another begins on a line of its own like this one."""
        window = self._window
        _, line_end, indentation = gap.rpartition("\n")
        held = window.text[window.at :] if text is None else text
        begins = re.compile(r"\n" + re.escape(indentation) + r"\{")
        if line_end and (following := begins.search(held, 1)):
            return held[: following.start()].rstrip().removesuffix(",")
        if text is None:
            raise CannotBeRead(_too_long(self._longest) if len(held) > self._longest else _cut_off(held))
        return text


def _too_long(longest_bytes: int) -> Finding:
    return found("element_too_long", "", f"an element has more than {longest_bytes} bytes")


def _cut_off(held: str) -> Finding:
    return found("damaged_file", "", "the last element is not ended: the file was cut off, or a mark is missing", held)
