"""Rows of a table become examples by a mapping. Cells are texts, or whatever a Parquet file or an object of JSON holds."""

from typing import Any

from shared.datasets.findings import found, pointer
from shared.datasets.shapes import Shape
from shared.datasets.shaping.mapping import BESIDE_MESSAGES, JSON_PARTS, RESERVED_KEYS, Mapping
from shared.datasets.shaping.shaped import Example, Findings, Message, Row
from shared.datasets.shaping.templates import Column, Template, fill
from shared.datasets.shaping.texts import WORDS_FOR_GAPS, is_empty, is_gap, parsed, text_of
from shared.datasets.shaping.tools import tools_of

Parts = dict[str, Any]
"""What the parts of a mapping say in one row. A part whose cell is empty is a text without words, or absent if it is JSON."""


def example_by(mapping: Mapping, row: Row, findings: Findings) -> Example:
    """The example that a mapping makes of a row. An empty cell is found; it never says "nan" or "None"."""
    parts = {part: _part(part, template, row, findings) for part, template in mapping.parts.items()}
    parts = {part: value for part, value in parts.items() if value is not None}
    if "tools" in parts:
        parts["tools"] = tools_of(parts["tools"], _where(mapping.parts["tools"]), findings)
    return _MAKERS[mapping.shape](parts) | _reference(mapping.reference, row, findings)


def _part(part: str, template: Template, row: Row, findings: Findings) -> object:
    if part in JSON_PARTS:
        return _json_cell(part, _where_name(template), row, findings)
    if part != "system":
        _find_empty(template, row, findings)
    return fill(template, lambda column: _text(row.get(column)))


def _text(cell: object) -> str:
    return "" if is_gap(cell) else text_of(cell)


def _find_empty(template: Template, row: Row, findings: Findings) -> None:
    for name in (piece.name for piece in template if isinstance(piece, Column)):
        cell = row.get(name)
        if is_empty(cell):
            findings.append(found("empty_cell", pointer(name), f'the column "{name}" is empty here'))
        elif is_gap(cell):
            findings.append(found("missing_value", pointer(name), f'the column "{name}" was read as empty here', cell))
        elif isinstance(cell, str) and cell.strip() in WORDS_FOR_GAPS:
            message = f'the column "{name}" may say here that it holds nothing: the word was taken as it is'
            findings.append(found("missing_value", pointer(name), message, cell))


def _json_cell(part: str, column: str, row: Row, findings: Findings) -> object:
    value = row.get(column)
    if is_gap(value):
        if part not in BESIDE_MESSAGES:
            findings.append(found("cell_not_json", pointer(column), f'"{part}" is needed, and the cell is empty'))
        return None
    if not isinstance(value, str):
        return value
    try:
        return parsed(value)
    except ValueError as error:
        findings.append(found("cell_not_json", pointer(column), f'"{part}" is no JSON: {error}', value))
        return None


def _reference(reference: dict[str, Template], row: Row, findings: Findings) -> Example:
    if "" in reference:
        column = _where_name(reference[""])
        whole = _json_cell("reference", column, row, findings)
        if whole is None or isinstance(whole, dict):
            return {key: value for key, value in (whole or {}).items() if key not in RESERVED_KEYS}
        findings.append(found("cell_not_json", pointer(column), "this is no JSON object", whole))
        return {}
    keys = {}
    for key, template in reference.items():
        _find_empty(template, row, findings)
        keys[key] = _value(template, row)
    return keys


def _value(template: Template, row: Row) -> object:
    # A column alone keeps its kind: graders compare numbers as numbers.
    if len(template) == 1 and isinstance(template[0], Column):
        value = row.get(template[0].name)
        return "" if is_gap(value) else value
    return fill(template, lambda column: _text(row.get(column)))


def _where_name(template: Template) -> str:
    column = template[0]
    return column.name if isinstance(column, Column) else column


def _where(template: Template) -> str:
    return pointer(_where_name(template))


def _messages(parts: Parts) -> list[Message]:
    system = parts.get("system", "")
    said = [{"role": "system", "content": system}] if system.strip() else []
    return [*said, {"role": "user", "content": parts["user"]}]


def _answer(text: str) -> list[Message]:
    return [{"role": "assistant", "content": text}]


def _tools(parts: Parts) -> Example:
    return {key: parts[key] for key in BESIDE_MESSAGES if parts.get(key) is not None}


def _chat(parts: Parts) -> Example:
    if "user" in parts:
        return {"messages": _messages(parts) + _answer(parts["assistant"]), **_tools(parts)}
    return {"messages": parts.get("messages"), **_tools(parts)}


def _preference(parts: Parts) -> Example:
    if "user" not in parts:
        return parts
    return {
        "input": {"messages": _messages(parts), **_tools(parts)},
        "preferred_output": _answer(parts["preferred"]),
        "non_preferred_output": _answer(parts["non_preferred"]),
    }


def _reinforcement(parts: Parts) -> Example:
    return {"messages": _messages(parts) if "user" in parts else parts.get("messages"), **_tools(parts)}


def _completion(parts: Parts) -> Example:
    return {"prompt": parts["prompt"], "completion": parts["completion"]}


_MAKERS = {
    Shape.CHAT: _chat,
    Shape.PREFERENCE: _preference,
    Shape.REINFORCEMENT: _reinforcement,
    Shape.COMPLETION: _completion,
}
