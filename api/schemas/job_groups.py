"""Groups of jobs on the wire: how they stand, and what they would cost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from api.schemas.base import ConnectionId, DatasetId, GroupId, JobId, Money, Schema, WholeList, example
from api.schemas.estimates import RefusalSchema
from shared.groups.weighing import Weighed
from shared.jobs.tables import Job, JobGroup
from shared.lifecycles import JOB, GroupStatus, JobStatus
from shared.money import Usd, total


class GroupJobSchema(Schema):
    """One of its jobs; the rest of it is at `/v1/jobs/{job_id}`."""

    id: JobId
    status: JobStatus
    model: str
    connection_id: ConnectionId
    dataset_id: DatasetId
    hyperparameters: dict[str, Any]
    held: Money


class JobGroupSchema(Schema):
    """`preparing`: shares of the data are being written, nothing is ordered or held yet; `running` until its last job is over,
    then `ended`. `refused` (see `reason`): its jobs could not be ordered when the shares were there.

    `held_usd`: at its order, for training; `for_evaluations_usd`: what of `max_cost_usd` is kept for the evaluations.
    """

    model_config = example(
        {
            "id": "grp_01h455vb4pex5vsknk084sn02q",
            "name": "which base, and how much data",
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "status": "running",
            "reason_code": None,
            "reason": None,
            "n_jobs": 1,
            "max_cost_usd": "20.00",
            "held_usd": "0.129985",
            "for_evaluations_usd": "0.31",
            "jobs": [
                {
                    "id": "job_01h455vb4pex5vsknk084sn02q",
                    "status": "running",
                    "model": "gpt-4.1-mini-2025-04-14",
                    "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
                    "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
                    "hyperparameters": {"n_epochs": 3},
                    "held": "0.129985",
                }
            ],
            "created_at": "2026-11-20T09:00:00Z",
        }
    )
    id: GroupId
    name: str
    dataset_id: DatasetId
    status: Literal["preparing", "refused", "cancelled", "running", "ended"]
    reason_code: str | None
    reason: str | None
    n_jobs: int
    max_cost_usd: Money
    held_usd: Money
    for_evaluations_usd: Money
    jobs: list[GroupJobSchema]
    created_at: datetime

    @classmethod
    def of(cls, group: JobGroup, jobs: Sequence[Job]) -> "JobGroupSchema":
        told = {
            name: getattr(group, name) for name in ("id", "name", "dataset_id", "reason_code", "reason", "created_at")
        }
        return cls(
            **told,
            status=_status(group, jobs),
            n_jobs=len(group.asked),
            max_cost_usd=group.max_cost,
            held_usd=total(job.held for job in jobs),
            for_evaluations_usd=group.for_evaluations,
            jobs=[
                GroupJobSchema.model_validate({name: getattr(job, name) for name in GroupJobSchema.model_fields})
                for job in jobs
            ],
        )


def _status(group: JobGroup, jobs: Sequence[Job]) -> Literal["preparing", "refused", "cancelled", "running", "ended"]:
    match group.status:
        case GroupStatus.PREPARING:
            return "preparing"
        case GroupStatus.REFUSED:
            return "refused"
        case GroupStatus.CANCELLED:
            return "cancelled"
        case GroupStatus.ORDERED:
            return "ended" if all(job.status in JOB.terminal for job in jobs) else "running"


class GroupEstimateLine(Schema):
    """What one job would cost, with its evaluation at most, or why it would be refused. On a share below 1 amounts are in
    proportion to the whole dataset's.
    """

    model: str
    hyperparameters: dict[str, Any]
    share: float
    connection_id: ConnectionId | None
    expected_usd: Money | None
    at_most_usd: Money | None
    evaluation_at_most_usd: Money | None
    refused: RefusalSchema | None

    @classmethod
    def of(cls, one: Weighed) -> "GroupEstimateLine":
        drawn, order = one.drawn, one.planned.order
        return cls(
            model=order.model,
            hyperparameters=dict(order.hyperparameters),
            share=one.planned.share,
            connection_id=drawn.job.connection_id if drawn else None,
            expected_usd=drawn and drawn.expected,
            at_most_usd=drawn and drawn.training,
            evaluation_at_most_usd=drawn and drawn.evaluation,
            refused=one.refused and RefusalSchema.of(one.refused),
        )


class GroupEstimate(WholeList):
    """Job by job, and all that are not refused together. `within_cap`: whether the order would be taken as far as this tells."""

    model_config = example(
        {
            "data": [
                {
                    "model": "gpt-4.1-mini-2025-04-14",
                    "hyperparameters": {"n_epochs": 3},
                    "share": 1.0,
                    "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
                    "expected_usd": "0.123795",
                    "at_most_usd": "0.129985",
                    "evaluation_at_most_usd": "0.31",
                    "refused": None,
                }
            ],
            "next_cursor": None,
            "expected_usd": "0.123795",
            "at_most_usd": "0.439985",
            "within_cap": True,
        }
    )
    data: list[GroupEstimateLine]
    expected_usd: Money
    at_most_usd: Money
    within_cap: bool

    @classmethod
    def of(cls, weighed: Sequence[Weighed], max_cost: Usd) -> "GroupEstimate":
        drawn = [one.drawn for one in weighed if one.drawn is not None]
        most = total(one.most for one in drawn)
        return cls(
            data=[GroupEstimateLine.of(one) for one in weighed],
            expected_usd=total(one.expected for one in drawn),
            at_most_usd=most,
            within_cap=most <= max_cost and len(drawn) == len(weighed),
        )
