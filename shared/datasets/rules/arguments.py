"""Whether the arguments of a call suit the parameters that its tool declares.

Of JSON Schema only `type`, `enum` and `required` are looked at, in objects and lists to any depth; nothing is resolved or
fetched, and what other keywords demand is not known. The work is bounded: of each call the first 200 values,
of which choices are looked up only in lists of up to 200.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from shared.datasets.findings import pointer

MOST_VALUES = 200

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def departures(arguments: object, parameters: object) -> Iterator[str]:
    """One sentence for each place at which the arguments are not what the parameters say."""
    waiting = deque([("", arguments, parameters)])
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        where, value, schema = waiting.popleft()
        if not isinstance(schema, dict):
            continue
        named = where or "the whole"
        yield from (f"{named} {fault}" for fault in _faults(value, schema))
        waiting.extend(islice(_parts(where, value, schema), MOST_VALUES))


def _faults(value: object, schema: dict[str, Any]) -> Iterator[str]:
    types = schema.get("type")
    wanted = [types] if isinstance(types, str) else types if isinstance(types, list) else []
    known = [name for name in wanted[: len(TYPES)] if isinstance(name, str) and name in TYPES]
    if value is None and schema.get("nullable") is True:
        return
    if known and not any(_is_of(value, name) for name in known):
        yield f"is not of the type {' or '.join(known)}"
    choices = schema.get("enum")
    if isinstance(choices, list) and len(choices) <= MOST_VALUES and not any(_same(value, one) for one in choices):
        yield "is none of the values that are listed"
    required = schema.get("required")
    if isinstance(value, dict) and isinstance(required, list):
        for name in islice(required, MOST_VALUES):
            if isinstance(name, str) and name not in value:
                yield f'lacks "{name}"'


def _is_of(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[name])


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _parts(where: str, value: object, schema: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    properties, items = schema.get("properties"), schema.get("items")
    if isinstance(value, dict) and isinstance(properties, dict):
        for name, inner in value.items():
            if name in properties:
                yield where + pointer(name), inner, properties[name]
    if isinstance(value, list) and isinstance(items, dict):
        for index, inner in enumerate(value):
            yield where + pointer(index), inner, items
