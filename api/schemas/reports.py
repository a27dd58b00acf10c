"""What was found in a dataset, on the wire: findings one by one, and the report with all numbers."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from api.schemas.base import DatasetId, Schema, example
from api.schemas.estimates import EstimateSchema
from shared.datasets.findings import FINDING_CODES, Severity
from shared.datasets.tables import Dataset
from shared.jobs.ordering.estimates import Estimated
from shared.lifecycles import DatasetStatus


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


class HistogramSchema(Schema):
    """`counts[i]` examples have at least `edges[i]` and fewer than `edges[i + 1]` tokens; the last has no upper edge."""

    edges: list[int]
    counts: list[int]


class TruncationSchema(Schema):
    """What a model that takes examples of up to `limit` tokens would cut off: from so many `examples`, first on these lines."""

    limit: int
    examples: int
    tokens: int
    lines: list[int]


class SufficiencySchema(Schema):
    """Whether there are enough examples (`too_few`, `least`, `useful`, `good`), and at how many to expect the next step."""

    standing: str
    message: str
    next_step: int


class TokensSchema(Schema):
    """Tokens in one encoding. `trained` are those of answers that are learnt; `quantiles` are of example lengths,
    `answer_quantiles` of what is learnt in each.

    `total` is what a run is billed by in each epoch, by the rule that a real bill was found to follow; `approximate_tokens` of it
    (tools, images) are counted by a rule that no provider publishes; `notebook_tokens` is what OpenAI's notebook would say.
    `total_at_most`: for preferences, if the prompt is counted with each of its answers. `counter` counted; where it differed from
    tiktoken in a sample (`counter_mismatches`), tiktoken counted the file.
    """

    total: int
    trained: int
    per_role: dict[str, int]
    quantiles: QuantilesSchema
    over_long: int
    histogram: HistogramSchema | None = None
    answer_quantiles: QuantilesSchema = QuantilesSchema()
    truncations: list[TruncationSchema] = Field(default_factory=list)
    total_at_most: int | None = None
    approximate_tokens: int = 0
    notebook_tokens: int | None = None
    counter: str = "tiktoken"
    counter_mismatches: int = 0


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
    marked. `quality`: what each check of quality counted. `codes` counts every finding; `findings_omitted` are counted there
    but not kept one by one.
    """

    model_config = example(
        {
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
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
            "quality": {"languages": {"sampled": 144, "shares": {"en": 1.0}}},
            "sufficiency": {
                "standing": "good",
                "message": "144 examples are enough to tell whether training helps.",
                "next_step": 288,
            },
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
    message_quantiles: QuantilesSchema = QuantilesSchema()
    quality: dict[str, Any] = Field(default_factory=dict)
    sufficiency: SufficiencySchema | None = None
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
