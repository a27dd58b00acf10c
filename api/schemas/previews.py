"""Previews on the wire: how a file would be read, and what would become of its first rows."""

from typing import Any

from api.schemas.base import Schema, example
from api.schemas.reports import FindingSchema


class PreviewedRowSchema(Schema):
    """A line of the file: its `row` as it stands there, the `examples` made of it, and what is wrong with either."""

    line: int
    row: dict[str, Any] | None
    examples: list[dict[str, Any]]
    findings: list[FindingSchema]


class PreviewSchema(Schema):
    """`format` is the shape that the examples would have: chat, preference, reinforcement or completion. Null: what the rows mean
    is not known, or the file cannot be read; `findings` (of the whole file) say what to do. `source` is how the file would be
    read: its container, packing and encoding, its columns, and the mapping, if there is one.
    """

    model_config = example(
        {
            "format": "chat",
            "source": {
                "container": "csv",
                "encoding": "gb18030",
                "columns": ["title", "body", "label"],
                "shaping": {"style": "table", "mapping": {"given": {"user": "{title}\n{body}", "assistant": "label"}}},
            },
            "findings": [],
            "rows": [
                {
                    "line": 2,
                    "row": {"title": "Refund", "body": "Charged twice", "label": "billing"},
                    "examples": [
                        {
                            "messages": [
                                {"role": "user", "content": "Refund\nCharged twice"},
                                {"role": "assistant", "content": "billing"},
                            ]
                        }
                    ],
                    "findings": [],
                }
            ],
        }
    )
    format: str | None
    source: dict[str, Any] | None
    findings: list[FindingSchema]
    rows: list[PreviewedRowSchema]
