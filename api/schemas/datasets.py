"""Datasets on the wire: versions, what is wrong with them, what is in them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.base import DatasetId, Schema, TeamId, WholeList, example
from shared.datasets.asked import AUTO, Checks
from shared.datasets.splitting.request import CannotSplitError, SplitRequest, Strategy
from shared.errors import FieldError, InvalidRequest
from shared.lifecycles import DatasetStatus

_NAME = r"^[\w.() -]+$"

DatasetName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_NAME)]

SoughtName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=_NAME)]
"""Longer than a name that is given: each split adds a word to it."""

Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{64}$")]
"""A digest in hexadecimal."""

SheetName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Of a workbook; programs that write them allow 31 characters."""

_DATASET: dict[str, Any] = {
    "id": "ds_01h455vb4pex5vsknk084sn02q",
    "team_id": "team_01h455vb4pex5vsknk084sn02q",
    "name": "support-triage",
    "version": 3,
    "status": "ready",
    "reason": "144 examples, ready to train on.",
    "filename": "triage.jsonl",
    "description": "",
    "format": "chat",
    "source": {
        "container": "jsonl",
        "compression": None,
        "encoding": "utf-8",
        "columns": ["messages"],
        "shaping": {"style": "chat", "shape": "chat", "mapping": None},
    },
    "size_bytes": 47329,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "examples_bytes": 47329,
    "examples_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "recipe": None,
    "parent_id": None,
    "derivation": None,
    "lines_read": 144,
    "created_at": "2026-11-20T09:00:00Z",
}


_SUMMED = (
    *("id", "team_id", "name", "version", "status", "reason", "filename", "description", "format"),
    *("size_bytes", "sha256", "parent_id", "lines_read", "created_at"),
)


class PreviewForm(Schema):
    """The text fields of a file that is only looked at. `name` and `sha256` are let through: the same form uploads it."""

    name: DatasetName | None = None
    format: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = AUTO
    mapping: str | None = None
    sheet: SheetName | None = None
    checks: Checks = Checks.ALL
    sha256: Sha256 | None = None


class DatasetUpload(PreviewForm):
    """The text fields of an upload. The same name again makes the next version."""

    name: DatasetName


class DatasetSummary(Schema):
    """One version, without how it was read and made: look at it alone for these."""

    model_config = example({name: _DATASET[name] for name in _SUMMED})
    id: DatasetId
    team_id: TeamId
    name: str
    version: int
    status: DatasetStatus
    reason: str | None
    filename: str
    description: str
    format: str | None
    size_bytes: int | None
    sha256: str | None
    parent_id: DatasetId | None
    lines_read: int
    created_at: datetime


class DatasetSchema(DatasetSummary):
    """One version. `lines_read` shows how far its validation is; `derivation` tells how it came from `parent_id`.

    `format` is the shape of its examples (null until it has been read), `source` how the uploaded file was read: its container,
    packing, encoding and columns, and how its rows make examples (`shaping` null: nobody knows, and a finding says what to
    send). `sha256` is the file's digest, `examples_sha256` that of its examples as JSON Lines: the same, where the file is that
    already. `recipe`, if there is one, is what inference must send and cut off for a model that is trained on it.
    """

    model_config = example(_DATASET)
    source: dict[str, Any] | None
    examples_bytes: int | None
    examples_sha256: str | None
    recipe: dict[str, Any] | None
    derivation: dict[str, Any] | None


HeldOut = Annotated[float, Field(gt=0, le=10**9, strict=True)]
"""A number of examples, or below 1 a fraction of them."""


class DatasetSplit(Schema):
    """How much is kept back from training: below 1 a fraction, from 1 on a number of examples. Either one part `held_out`, or
    `validation` and `test` (or one of them); a fifth as `held_out`, if nothing is said. The same seed divides alike, always.

    `by`: at `random`; `stratified` (each label has the same share in all parts; the label is the last answer, or what `key`
    points to); `grouped` (examples with the same `key`, such as `/customer` or `prompt`, stay together); `by_time` (the oldest
    are trained on; `key` points to the time). Repetitions of an example never fall into different parts.
    """

    model_config = example({"held_out": 0.2, "seed": 7})
    held_out: HeldOut | None = None
    validation: HeldOut | None = None
    test: HeldOut | None = None
    by: Strategy = Strategy.RANDOM
    key: Annotated[str | None, StringConstraints(max_length=200)] = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] = 0

    def request(self) -> SplitRequest:
        """Raises InvalidRequest if it makes no sense."""
        wished = {"held_out": self.held_out, "validation": self.validation, "test": self.test}
        said = {name: size for name, size in wished.items() if size is not None} or {"held_out": 0.2}
        if "held_out" in said and len(said) > 1:
            fault = FieldError("/held_out", "does not go with validation or test")
            raise InvalidRequest("Name one part held_out, or a validation and a test part.", [fault])
        try:
            return SplitRequest(said, self.by, self.key, self.seed)
        except CannotSplitError as error:
            raise InvalidRequest(f"The dataset cannot be split so: {error}.") from error


class DatasetParts(WholeList):
    """The training version first, then what is held out."""

    data: list[DatasetSchema]


class ExampleSchema(Schema):
    """One example; `line` is that of the uploaded file. `example` is null, and `text` its beginning, where it is not sound JSON."""

    model_config = example({"line": 1, "example": {"messages": [{"role": "user", "content": "Hi"}]}, "text": None})
    line: int
    example: dict[str, Any] | None
    text: str | None


class Examples(Schema):
    """`next_offset` null: this was the last line."""

    data: list[ExampleSchema]
    next_offset: int | None
