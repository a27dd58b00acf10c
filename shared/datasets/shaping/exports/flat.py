"""Rows whose values are texts and numbers only, for tables: what is a list or an object stands there as JSON.

Every row of a shape has the same columns, so that the first tells the header.
"""

from shared.datasets.shapes import Shape
from shared.datasets.shaping.shaped import Example, Findings, Row
from shared.datasets.shaping.texts import json_text

COLUMNS = {
    Shape.CHAT: ("messages", "tools", "parallel_tool_calls", "functions"),
    Shape.PREFERENCE: ("input", "preferred_output", "non_preferred_output"),
    Shape.REINFORCEMENT: ("messages", "tools", "reference"),
    Shape.COMPLETION: ("prompt", "completion"),
}


def chat(example: Example, _findings: Findings) -> Row:
    return _cells(example, Shape.CHAT)


def preference(example: Example, _findings: Findings) -> Row:
    return _cells(example, Shape.PREFERENCE)


def reinforcement(example: Example, _findings: Findings) -> Row:
    """The keys that graders read stand in one column, since they differ from dataset to dataset."""
    reference = {key: value for key, value in example.items() if key not in ("messages", "tools")}
    return _cells(example | {"reference": reference}, Shape.REINFORCEMENT)


def completion(example: Example, _findings: Findings) -> Row:
    return {column: example.get(column, "") for column in COLUMNS[Shape.COMPLETION]}


def _cells(example: Example, shape: Shape) -> Row:
    return {column: json_text(example[column]) if column in example else "" for column in COLUMNS[shape]}
