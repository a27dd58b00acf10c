"""Datasets on the wire: versions, what is wrong with them, what is in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.base import DatasetId, Schema, TeamId, WholeList, example
from api.schemas.estimates import EstimateSchema
from shared.datasets.findings import FINDING_CODES, Severity
from shared.datasets.shapes import Shape
from shared.datasets.tables import Dataset
from shared.jobs.estimates import Estimated
from shared.lifecycles import DatasetStatus

_NAME = r"^[\w.() -]+$"

DatasetName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_NAME)]

SoughtName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=_NAME)]
"""Longer than a name that is given: each split adds a word to it."""

Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{64}$")]
"""A digest in hexadecimal."""

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
    "source": {"container": "jsonl", "compression": None, "encoding": "utf-8", "style": "chat", "mapping": None},
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


class DatasetUpload(Schema):
    """The text fields of an upload. The same name again makes the next version."""

    name: DatasetName
    format: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = Shape.CHAT
    mapping: str | None = None
    sha256: Sha256 | None = None


class DatasetSchema(Schema):
    """One version. `lines_read` shows how far its validation is; `derivation` tells how it came from `parent_id`.

    `format` is the shape of its examples (null until it has been read), `source` how the uploaded file was read. `sha256` is
    the file's digest, `examples_sha256` that of its examples as JSON Lines: the same, where the file is that already.
    `recipe`, if there is one, is what inference must send and cut off for a model that is trained on it.
    """

    model_config = example(_DATASET)
    id: DatasetId
    team_id: TeamId
    name: str
    version: int
    status: DatasetStatus
    reason: str | None
    filename: str
    description: str
    format: str | None
    source: dict[str, Any] | None
    size_bytes: int | None
    sha256: str | None
    examples_bytes: int | None
    examples_sha256: str | None
    recipe: dict[str, Any] | None
    parent_id: DatasetId | None
    derivation: dict[str, Any] | None
    lines_read: int
    created_at: datetime


class DatasetSplit(Schema):
    """`held_out` is the fraction that is kept back from training; the same seed divides alike, always."""

    model_config = example({"held_out": 0.2, "seed": 7})
    held_out: Annotated[float, Field(gt=0, lt=1, strict=True)] = 0.2
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] = 0


class DatasetParts(WholeList):
    """The training version first, the held-out one second."""

    data: list[DatasetSchema]


class FindingSchema(Schema):
    """One thing wrong with one line (counted from 1; 0 is the whole file), which begins `offset` bytes into the file.

    `pointer` points into the line's JSON.
    """

    model_config = example(
        {
            "line": 17,
            "offset": 5216,
            "code": "unknown_role",
            "severity": "error",
            "pointer": "/messages/1/role",
            "message": "this role does not exist",
            "fix": "Use system, user, assistant or tool.",
            "excerpt": "bot",
        }
    )
    line: int
    offset: int
    code: str
    severity: Severity
    pointer: str
    message: str
    fix: str
    excerpt: str


class FindingCount(Schema):
    """How often a code was found, and what it means."""

    count: int
    severity: Severity
    title: str
    mend: str


class QuantilesSchema(Schema):
    """So many tokens have the shortest 5 %, a quarter, half, … of the examples at most; 0 where there are none."""

    p5: int = 0
    p25: int = 0
    p50: int = 0
    p75: int = 0
    p95: int = 0
    max: int = 0


class TokensSchema(Schema):
    """Tokens in one encoding. `trained` are those of answers that are learnt; quantiles are of example lengths."""

    total: int
    trained: int
    per_role: dict[str, int]
    quantiles: QuantilesSchema
    over_long: int


class ObjectionSchema(Schema):
    """What stands against a verdict: a code, how often it was found, and the first 20 lines on which it was."""

    code: str
    count: int
    lines: list[int]


class AcceptanceSchema(Schema):
    """Whether a provider would take the file for a model and a method; `model` null: whatever model the method is open for."""

    provider: str
    model: str | None
    method: str
    accepted: bool
    against: list[ObjectionSchema]


class ReportSchema(Schema):
    """What validation found. `costs`: a training run with automatic epochs on each model that can be trained today, the cheapest
    marked. `codes` counts every finding; `findings_omitted` are counted there but not kept one by one.
    """

    model_config = example(
        {
            "dataset_id": _DATASET["id"],
            "status": "ready",
            "ready": True,
            "lines": 144,
            "size_bytes": 47329,
            "examples": 144,
            "messages": 432,
            "tokens": {
                "o200k_base": {
                    "total": 8253,
                    "trained": 144,
                    "per_role": {"assistant": 720, "system": 4032, "user": 3357},
                    "quantiles": {"p5": 53, "p25": 55, "p50": 57, "p75": 59, "p95": 63, "max": 65},
                    "over_long": 0,
                }
            },
            "codes": {},
            "findings_omitted": 0,
            "acceptance": [
                {
                    "provider": "openai",
                    "model": "gpt-4o-2024-08-06",
                    "method": "dpo",
                    "accepted": False,
                    "against": [{"code": "format_does_not_fit_method", "count": 144, "lines": []}],
                }
            ],
            "automatic_epochs": 3,
            "costs": [],
        }
    )
    dataset_id: DatasetId
    status: DatasetStatus
    ready: bool
    lines: int
    size_bytes: int
    examples: int
    messages: int
    tokens: dict[str, TokensSchema]
    codes: dict[str, FindingCount]
    findings_omitted: int
    acceptance: list[AcceptanceSchema]
    automatic_epochs: int | None
    costs: list[EstimateSchema]

    @classmethod
    def of(cls, dataset: Dataset, report: dict[str, Any], costs: Sequence[Estimated]) -> "ReportSchema":
        codes = {
            code: {
                "count": count,
                "severity": FINDING_CODES[code].severity,
                "title": FINDING_CODES[code].title,
                "mend": FINDING_CODES[code].mend,
            }
            for code, count in sorted(report["codes"].items())
        }
        shown = {
            "codes": codes,
            "acceptance": [_verdict(one, report["codes"]) for one in report["acceptance"]],
            "costs": [EstimateSchema.of(one) for one in costs],
        }
        return cls.model_validate(report | shown | {"dataset_id": dataset.id, "status": dataset.status})


def _verdict(stored: dict[str, Any], counts: dict[str, int]) -> dict[str, Any]:
    """Reports of earlier versions judged providers only, and named bare codes."""
    against = [
        {"code": one, "count": counts.get(one, 0), "lines": []} if isinstance(one, str) else one
        for one in stored["against"]
    ]
    return {"model": None} | stored | {"against": against}


class ExampleSchema(Schema):
    """One line of a dataset as it was uploaded; `example` is null, and `text` its beginning, where it is not sound JSON."""

    model_config = example({"line": 1, "example": {"messages": [{"role": "user", "content": "Hi"}]}, "text": None})
    line: int
    example: dict[str, Any] | None
    text: str | None


class Examples(Schema):
    """`next_offset` null: this was the last line."""

    data: list[ExampleSchema]
    next_offset: int | None
