"""Imports and strays on the wire."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from api.schemas.base import ConnectionId, ImportId, JobId, Money, Schema, TeamId, example
from shared.imports.actions import Wanted
from shared.imports.tables import ItemOutcome
from shared.jobs.strays.tables import StrayKind
from shared.lifecycles import ImportStatus

ProviderName = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[!-~]+$")]
"""What a provider calls a job or a model."""
Names = Annotated[list[ProviderName], Field(min_length=1, max_length=1000)]

_CONNECTION, _TEAM = "conn_01h455vb4pex5vsknk084sn02q", "team_01h455vb4pex5vsknk084sn02q"
_WANTED: dict[str, Any] = {
    "connection_id": _CONNECTION,
    "team_id": _TEAM,
    "all": False,
    "jobs": ["ftjob-Qz81kd02"],
    "models": None,
    "dry_run": True,
}
_MODEL = "gpt-4.1-mini-2025-04-14"


class ImportStart(Schema):
    """What is to come here: `all`, or `jobs` and `models` by what the provider calls them. `team_id`: whose they will be.

    `dry_run`: only look what would come; nothing is taken in.
    """

    model_config = example(_WANTED)
    connection_id: ConnectionId
    team_id: TeamId
    all: bool = False
    jobs: Names | None = None
    models: Names | None = None
    dry_run: bool = False

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.all == bool(self.jobs or self.models):
            raise ValueError("name jobs or models, or ask for all of them")
        return self

    def wanted(self) -> Wanted:
        return Wanted(self.connection_id, self.team_id, self.jobs, self.models, self.dry_run)


class ImportSchema(Schema):
    """`counts`: how many of the things that were found have which `outcome`. `reason` tells why it waits, or failed."""

    model_config = example(
        {
            "id": "imp_01h455vb4pex5vsknk084sn02q",
            **{name: value for name, value in _WANTED.items() if name != "all"},
            "status": "succeeded",
            "reason": None,
            "reason_code": None,
            "counts": {"found": 12, "known": 3},
            "created_at": "2026-11-20T09:00:00Z",
            "finished_at": "2026-11-20T09:00:04Z",
        }
    )
    id: ImportId
    team_id: TeamId
    connection_id: ConnectionId
    dry_run: bool
    jobs: list[str] | None
    models: list[str] | None
    status: ImportStatus
    reason: str | None
    reason_code: str | None
    counts: Annotated[dict[ItemOutcome, int], Field(default_factory=dict)]
    created_at: datetime
    finished_at: datetime | None


class ImportItemSchema(Schema):
    """`subject`: a job by the provider's id, or a model of which no job is left. `model`: what it was trained from.

    `outcome`: `taken` in as `job_id`, or in a dry run `found`; `known` already; `failed` for the `reason` that is given.
    """

    model_config = example(
        {
            "subject": "ftjob-Qz81kd02",
            "model": _MODEL,
            "fine_tuned_model": "ft:gpt-4.1-mini-2025-04-14:acme:triage:B1x9KdQe",
            "provider_status": "succeeded",
            "outcome": "taken",
            "reason": None,
            "job_id": "job_01h455vb4pex5vsknk084sn02q",
        }
    )
    subject: str
    model: str | None
    fine_tuned_model: str | None
    provider_status: str | None
    outcome: ItemOutcome
    reason: str | None
    job_id: JobId | None


class StraySchema(Schema):
    """A job at the provider that no job here is about. `kind`: `foreign` (without a mark of this service), `other_installation`
    (with that of another one), `unknown` (with ours, of a team that is not known here) or `duplicate` (bought twice for `job_id`).

    `estimated_cost`: its tokens at today's price; null = not known. `charged`: what a duplicate has cost. `job_id` of the
    others: what an import has made of it.
    """

    model_config = example(
        {
            "provider_job_id": "ftjob-Qz81kd02",
            "kind": "foreign",
            "model": _MODEL,
            "method": "supervised",
            "provider_status": "succeeded",
            "ordered_at": "2026-11-19T22:10:00Z",
            "trained_tokens": 48000,
            "estimated_cost": "0.24",
            "charged": None,
            "job_id": None,
            "found_at": "2026-11-20T09:00:00Z",
        }
    )
    provider_job_id: str
    kind: StrayKind
    model: str | None
    method: str | None
    provider_status: str
    ordered_at: datetime | None
    trained_tokens: int | None
    estimated_cost: Money | None = None
    charged: Money | None
    job_id: JobId | None
    found_at: datetime
