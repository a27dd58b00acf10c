"""YAML as chatbots are fed with it: a list of maps, each a row, or a list of lists of texts, each a conversation.

The elements of every list at the top are rows, whether the file is the list or a map of such lists; in a map, lists of single
texts (`categories`) hold none. A map that is an example itself is one row. Where the file stops being YAML, reading ends.
"""

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

import yaml

from shared.datasets.findings import found
from shared.datasets.reading.intake import Intake
from shared.datasets.reading.jsonl import kind, undecodable
from shared.datasets.reading.line import CannotBeRead, Line
from shared.datasets.reading.looks import EXAMPLE_KEYS
from shared.datasets.reading.raw_lines import encoded_lines
from shared.datasets.reading.yaml_nodes import Events, Node, node_from, skip

READ_AHEAD_BYTES = 256 * 1024  # of the parser, at most


def read(stream: BinaryIO, intake: Intake, longest_bytes: int) -> Iterator[Line]:
    """The rows of all documents in the file; a number is that of the line on which the row begins."""
    source = _Source(stream, intake, longest_bytes)
    try:
        for node in _rows(yaml.parse(source, Loader=yaml.CSafeLoader)):
            yield source.line(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        finding = found("invalid_yaml", "", f"{said}: nothing behind it was read")
        raise CannotBeRead(finding.on_line(*source.place(mark.line + 1)) if mark else finding) from error


def _rows(events: Events) -> Iterator[Node]:
    for event in events:
        if isinstance(event, yaml.SequenceStartEvent):
            yield from _nodes(events)
        elif isinstance(event, yaml.MappingStartEvent):
            yield from _members(event, events)


def _nodes(events: Events) -> Iterator[Node]:
    """All elements of a list."""
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        yield node_from(event, events)


def _elements(events: Events) -> Iterator[Node]:
    """The elements of a list in a map, without single texts: those are no rows, but `categories` and the like."""
    return (node for node in _nodes(events) if isinstance(node.value, dict | list) or node.findings)


def _members(start: yaml.Event, events: Events) -> Iterator[Node]:
    """The elements of the lists in a map; the map itself if its keys are those of an example."""
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            return
        if isinstance(key, yaml.ScalarEvent) and key.value in EXAMPLE_KEYS:
            yield node_from(start, events, first_key=key)
            return
        skip(key, events)
        value = next(events)
        if isinstance(value, yaml.SequenceStartEvent):
            yield from _elements(events)
        else:
            skip(value, events)


class _Source:
    """The file in UTF-8, as the parser wants it, and where its lines begin in the file as it is."""

    def __init__(self, stream: BinaryIO, intake: Intake, longest_bytes: int) -> None:
        self._raws = encoded_lines(stream, intake.encoding, longest_bytes)
        self._encoding = intake.encoding
        self._longest = longest_bytes
        self._begins: deque[int] = deque()  # the offsets of the lines from `_first` on
        self._first = 1
        self._end = 0
        self._held = b""
        self._since_row = 0

    def read(self, size: int = READ_AHEAD_BYTES, /) -> bytes:
        """At most `size` bytes; none at the end."""
        while not self._held and (raw := next(self._raws, None)):
            if not raw.is_complete or self._since_row > self._longest + READ_AHEAD_BYTES:
                message = f"an element has more than {self._longest} bytes"
                raise CannotBeRead(found("element_too_long", "", message))
            try:
                text = raw.content.decode(self._encoding.codec)
            except UnicodeDecodeError as error:
                finding = undecodable(raw.content, error, self._encoding)
                raise CannotBeRead(finding.on_line(raw.number, raw.offset)) from error
            self._begins.append(raw.offset)
            self._end = raw.offset + raw.size_bytes
            self._held = (text.removeprefix("\ufeff") if raw.number == 1 else text).encode()
        given, self._held = self._held[:size], self._held[size:]
        self._since_row += len(given)
        return given

    def line(self, node: Node) -> Line:
        self._since_row = 0
        self._forget_before(node.first_line)
        offset = self._offset(node.first_line)
        size_bytes = self._offset(max(node.last_line, node.first_line + 1)) - offset
        if not isinstance(node.value, dict | list) and not node.findings:
            node.findings.append(found("not_an_object", "", f"the element is {kind(node.value)}, not a map or a list"))
        row = node.value if isinstance(node.value, dict) else {"conversation": node.value}
        return Line(node.first_line, offset, size_bytes, None if node.findings else row, iter(node.findings))

    def place(self, line: int) -> tuple[int, int]:
        """A line with the byte at which it begins."""
        return line, self._offset(line)

    def _offset(self, line: int) -> int:
        place = line - self._first
        return self._begins[place] if 0 <= place < len(self._begins) else self._end

    def _forget_before(self, line: int) -> None:
        while self._first < line and self._begins:
            self._begins.popleft()
            self._first += 1
