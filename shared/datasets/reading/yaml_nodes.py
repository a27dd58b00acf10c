"""Values from the events of a YAML parser, restricted to what JSON can say.

No tags, no anchors, no aliases: they are findings. What a plain scalar means follows YAML 1.2, in which `yes` and `1:30` are texts.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from shared.datasets.findings import Finding, found, pointer
from shared.datasets.reading.strict_json import DEEPEST, LARGEST_INTEGER, LONGEST_INTEGER

Events = Iterator[Any]
Path = tuple[str | int, ...]

LONGEST_FLOAT = 40  # characters; what is longer is a text
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?|[0-9]+[eE][-+]?[0-9]{1,3})")
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Node:
    """A map or a list with all that is in it, and the lines that it takes, counted from 1. The last is not its own."""

    value: Any
    first_line: int
    last_line: int = 0
    findings: list[Finding] = field(default_factory=list)


def node_from(start: Any, events: Events, first_key: Any = None) -> Node:
    """The node that this event begins; `first_key`, if the first key of a map was taken already."""
    node = Node(None, start.start_mark.line + 1)
    builder = _Builder(events, node.findings)
    if first_key is None:
        node.value = builder.value(start, ())
    else:
        node.value = builder.members((), first_key)
    node.last_line = builder.last_line
    return node


def skip(start: Any, events: Events) -> None:
    """Goes past what this event begins."""
    depth = 0
    event = start
    while True:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth == 0:
            return
        event = next(events)


class _Builder:
    def __init__(self, events: Events, findings: list[Finding]) -> None:
        self._events = events
        self._findings = findings
        self.last_line = 0

    def value(self, event: Any, path: Path) -> Any:
        self._refuse_marks(event, path)
        self._take_note_of_end(event)
        if isinstance(event, yaml.ScalarEvent):
            # What people say to one another is text, whatever it looks like.
            is_turn = len(path) == 1 and isinstance(path[0], int)
            return event.value if is_turn or not event.implicit[0] else _plain(event.value)
        if isinstance(event, yaml.AliasEvent):
            return None
        if len(path) >= DEEPEST:
            self._findings.append(found("nested_too_deep", "", f"lists or maps are nested more than {DEEPEST} deep"))
            skip(event, self._events)
            return None
        return self.members(path) if isinstance(event, yaml.MappingStartEvent) else self._elements(path)

    def members(self, path: Path, first_key: Any = None) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(key := first_key or next(self._events), yaml.MappingEndEvent):
            first_key = None
            if not isinstance(key, yaml.ScalarEvent):
                self._findings.append(found("invalid_yaml", pointer(*path), "a key must be a text"))
                skip(key, self._events)
                skip(next(self._events), self._events)
                continue
            self._refuse_marks(key, path)
            where = (*path, key.value)
            if key.value in made:
                message = f'the key "{key.value}" is given more than once'
                self._findings.append(found("duplicate_key", pointer(*where), message, key.value))
            made[key.value] = self.value(next(self._events), where)
        self._take_note_of_end(key)
        return made

    def _elements(self, path: Path) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            made.append(self.value(event, (*path, len(made))))
        self._take_note_of_end(event)
        return made

    def _take_note_of_end(self, event: Any) -> None:
        self.last_line = event.end_mark.line + 1

    def _refuse_marks(self, event: Any, path: Path) -> None:
        if event.anchor is not None:
            self._findings.append(
                found("yaml_alias", pointer(*path), f"the anchor or alias {event.anchor!r}", event.anchor)
            )
        if getattr(event, "tag", None) is not None:
            self._findings.append(found("yaml_tag", pointer(*path), f"the tag {event.tag}", event.tag))


def _plain(text: str) -> Any:
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if len(text) <= LONGEST_INTEGER and _INTEGER.fullmatch(text) and -LARGEST_INTEGER <= int(text) < LARGEST_INTEGER:
        return int(text)
    if len(text) <= LONGEST_FLOAT and _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
