"""Which container a text is, by how its beginning looks. Its encoding and packing are known already.

JSON and its lines look like nothing else, and so does YAML of lists; tables and plain texts differ little, so for those what
the file is called counts, unless every line says otherwise.
"""

import json
import re
from typing import Any

from shared.datasets.findings import found
from shared.datasets.reading.delimiters import table_of
from shared.datasets.reading.intake import Container, Intake, Parting
from shared.datasets.reading.speakers import USER

# With these keys an object is one example; with others, one that holds a list of objects is only wrapped around them.
EXAMPLE_KEYS = {"messages", "input", "prompt", "completion", "preferred_output", "chosen", "instruction", "request"}
TURN_KEYS = {"from", "value", "role", "content"}

_LIST_OF_JSON = re.compile(r"\[\s*(?:[{\[\]\"'0-9]|\Z)")
_LIST_OF_OBJECTS = re.compile(r'"((?:[^"\\\n]|\\.){1,64})"\s*:\s*\[\s*\{')
_YAML_LIST = re.compile(r"^(?:conversations|categories)[ \t]*:[ \t]*(?:\[.*)?$", re.MULTILINE)
_YAML_ITEM = re.compile(r"^[ \t]*- ", re.MULTILINE)
_HUMAN = re.compile(rf"^(?:{USER}):", re.MULTILINE)
_ASSISTANT = re.compile(r"^Assistant:", re.MULTILINE)
_DASHES = re.compile(r"^[ \t]*(?:-{3,}|={3,}|\*{3,})[ \t]*$", re.MULTILINE)
_BLANK_BEFORE_ASSISTANT = re.compile(r"^[ \t]*\r?\nAssistant:", re.MULTILINE)

_DECODER = json.JSONDecoder()


def look_of(sample: str, called: Container | None, *, is_whole: bool) -> Intake:
    """How to read a text that begins so. Always gives an answer: JSON Lines or plain text, if nothing else fits."""
    begun = sample.lstrip()
    if begun.startswith("{"):
        return _of_objects(begun, is_whole=is_whole)
    if _LIST_OF_JSON.match(begun):
        return Intake(Container.JSONL if _is_lists_by_line(begun) else Container.JSON)
    if called in {Container.JSON, Container.JSONL}:
        return Intake(Container.JSONL)
    return _of_words(sample, called, is_whole=is_whole)


def _of_words(sample: str, called: Container | None, *, is_whole: bool) -> Intake:
    if called is Container.YAML or (called is not Container.TEXT and _is_yaml(sample)):
        return Intake(Container.YAML)
    is_table = called in {Container.CSV, Container.TSV, Container.XLSX, Container.PARQUET}
    # Excel calls a table that is parted by tabs a text.
    may_be_table = called is not Container.TEXT or "\t" in sample
    if may_be_table and (table := table_of(sample, is_whole=is_whole, is_sure=is_table)):
        has_tabs = table.table.delimiter == "\t" and (called is Container.TSV or len(table.table.columns) > 1)
        container = Container.TSV if has_tabs else Container.CSV
        if called is Container.TEXT and not has_tabs:
            return Intake(Container.TEXT, parting=_parting(sample))
        return Intake(container, table=table.table, notes=table.notes)
    return Intake(Container.TEXT, parting=_parting(sample))


def _of_objects(begun: str, *, is_whole: bool) -> Intake:
    value, rest = _first_value(begun)
    if value is None:
        wrapped = _wrapped_list(begun)
        is_pretty = begun[1:].lstrip(" \t\r").startswith("\n")
        if wrapped and (is_pretty or not is_whole):
            return _wrapper(wrapped)
        return Intake(Container.JSONL)
    if rest.strip().strip(",") or not is_whole:
        return Intake(Container.JSONL)
    if key := _list_within(value):
        return _wrapper(key)
    is_spread = "\n" in begun[: len(begun) - len(rest)].strip()
    return Intake(Container.JSON, is_one_row=True) if is_spread else Intake(Container.JSONL)


def _first_value(begun: str) -> tuple[Any, str]:
    """The first object and what follows it; None if the text was cut within it, or it is no JSON."""
    try:
        value, end = _DECODER.raw_decode(begun)
    except (ValueError, RecursionError):
        return None, ""
    return value, begun[end:]


def _wrapper(key: str) -> Intake:
    note = found("read_in_part", "", f'the examples were read from the list under "{key}"')
    return Intake(Container.JSON, list_key=key, notes=(note,))


def _list_within(value: dict[str, Any]) -> str | None:
    """The key of the one list of objects that the object is wrapped around."""
    if value.keys() & EXAMPLE_KEYS:
        return None
    lists = [key for key, held in value.items() if isinstance(held, list) and held and isinstance(held[0], dict)]
    if len(lists) != 1 or value[lists[0]][0].keys() & TURN_KEYS:
        return None
    return lists[0]


def _wrapped_list(begun: str) -> str | None:
    """The same, of an object of which only the beginning is there."""
    first = _LIST_OF_OBJECTS.search(begun)
    if first is None or begun.count("{", 0, first.end()) != len("{{") or first[1] in EXAMPLE_KEYS:
        return None
    inner = begun[first.end() :].lstrip()
    return None if inner.startswith(tuple(f'"{key}"' for key in TURN_KEYS)) else first[1]


def _is_lists_by_line(begun: str) -> bool:
    """Whether each line is a list of its own, of turns or of anything but examples: JSON Lines, if not of objects."""
    first, _, rest = begun.partition("\n")
    if not rest.lstrip().startswith("["):
        return False
    try:
        held = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return not held or not isinstance(held[0], dict) or bool(held[0].keys() & TURN_KEYS)


def _is_yaml(sample: str) -> bool:
    return bool(_YAML_LIST.search(sample) and _YAML_ITEM.search(sample))


def _parting(sample: str) -> Parting | None:
    if not (_HUMAN.search(sample) and _ASSISTANT.search(sample)):
        return None
    if _DASHES.search(sample):
        return Parting.DASHES
    return Parting.TWO_BLANK_LINES if _BLANK_BEFORE_ASSISTANT.search(sample) else Parting.ONE_BLANK_LINE
