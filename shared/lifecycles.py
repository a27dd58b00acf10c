"""Every status in the system with the edges along which it may move. Nothing else decides what may follow what.

`docs/lifecycles.md` is generated from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """The directed graph of one thing's statuses. `first` are those it may be born in."""

    thing: str
    first: frozenset[S]
    edges: Mapping[S, frozenset[S]]

    def allows(self, old: S | None, new: S) -> bool:
        """Whether `new` may follow `old`; `old` None means the thing is being made."""
        return new in (self.first if old is None else self.edges[old])

    @property
    def terminal(self) -> frozenset[S]:
        """The statuses that nothing follows."""
        return frozenset(status for status, following in self.edges.items() if not following)


class DatasetStatus(StrEnum):
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    VALIDATING = "validating"
    READY = "ready"
    REJECTED = "rejected"
    ARCHIVED = "archived"


DATASET = Lifecycle(
    "dataset",
    frozenset({DatasetStatus.UPLOADING, DatasetStatus.UPLOADED}),
    {
        DatasetStatus.UPLOADING: frozenset({DatasetStatus.UPLOADED}),
        DatasetStatus.UPLOADED: frozenset({DatasetStatus.VALIDATING}),
        DatasetStatus.VALIDATING: frozenset({DatasetStatus.READY, DatasetStatus.REJECTED}),
        DatasetStatus.READY: frozenset({DatasetStatus.ARCHIVED}),
        DatasetStatus.REJECTED: frozenset({DatasetStatus.ARCHIVED}),
        DatasetStatus.ARCHIVED: frozenset(),
    },
)


class UploadStatus(StrEnum):
    RECEIVING = "receiving"
    COMPLETED = "completed"
    ABORTED = "aborted"
    EXPIRED = "expired"


UPLOAD = Lifecycle(
    "upload",
    frozenset({UploadStatus.RECEIVING}),
    {
        UploadStatus.RECEIVING: frozenset({UploadStatus.COMPLETED, UploadStatus.ABORTED, UploadStatus.EXPIRED}),
        UploadStatus.COMPLETED: frozenset(),
        UploadStatus.ABORTED: frozenset(),
        UploadStatus.EXPIRED: frozenset(),
    },
)


class ModerationStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


MODERATION = Lifecycle(
    "moderation",
    frozenset({ModerationStatus.QUEUED}),
    {
        ModerationStatus.QUEUED: frozenset({ModerationStatus.RUNNING}),
        ModerationStatus.RUNNING: frozenset({ModerationStatus.SUCCEEDED, ModerationStatus.FAILED}),
        ModerationStatus.SUCCEEDED: frozenset(),
        ModerationStatus.FAILED: frozenset(),
    },
)


class JobStatus(StrEnum):
    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    UPLOADING = "uploading"
    SUBMITTING = "submitting"
    SUBMIT_UNKNOWN = "submit_unknown"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


_AT_PROVIDER = frozenset({JobStatus.RUNNING, JobStatus.SUCCEEDED, JobStatus.QUEUED, JobStatus.FAILED})

JOB = Lifecycle(
    "job",
    # What was found at a provider runs there, as far as is known before the first look.
    frozenset({JobStatus.AWAITING_APPROVAL, JobStatus.QUEUED, JobStatus.RUNNING}),
    {
        JobStatus.AWAITING_APPROVAL: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED, JobStatus.CANCELLING}),
        JobStatus.QUEUED: frozenset({JobStatus.UPLOADING, JobStatus.FAILED, JobStatus.CANCELLING}),
        JobStatus.UPLOADING: frozenset(
            {JobStatus.SUBMITTING, JobStatus.QUEUED, JobStatus.FAILED, JobStatus.CANCELLING}
        ),
        JobStatus.SUBMITTING: _AT_PROVIDER | {JobStatus.SUBMIT_UNKNOWN, JobStatus.CANCELLING},
        JobStatus.SUBMIT_UNKNOWN: _AT_PROVIDER | {JobStatus.CANCELLING},
        JobStatus.RUNNING: frozenset(
            {JobStatus.PAUSED, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.CANCELLING}
        ),
        JobStatus.PAUSED: frozenset({JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.CANCELLING}),
        JobStatus.CANCELLING: frozenset({JobStatus.CANCELLED, JobStatus.SUCCEEDED, JobStatus.FAILED}),
        JobStatus.SUCCEEDED: frozenset(),
        JobStatus.FAILED: frozenset(),
        JobStatus.CANCELLED: frozenset(),
    },
)


class GroupStatus(StrEnum):
    PREPARING = "preparing"
    ORDERED = "ordered"
    REFUSED = "refused"
    CANCELLED = "cancelled"


GROUP = Lifecycle(
    "group",
    # Where shares of the data have to be written first, its jobs are ordered later than it is.
    frozenset({GroupStatus.PREPARING, GroupStatus.ORDERED}),
    {
        GroupStatus.PREPARING: frozenset({GroupStatus.ORDERED, GroupStatus.REFUSED, GroupStatus.CANCELLED}),
        GroupStatus.ORDERED: frozenset(),
        GroupStatus.REFUSED: frozenset(),
        GroupStatus.CANCELLED: frozenset(),
    },
)


class ModelStatus(StrEnum):
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


MODEL = Lifecycle(
    "model",
    frozenset({ModelStatus.ACTIVE}),
    {
        ModelStatus.ACTIVE: frozenset({ModelStatus.DEPRECATED}),
        ModelStatus.DEPRECATED: frozenset({ModelStatus.RETIRED}),
        ModelStatus.RETIRED: frozenset(),
    },
)


class EvaluationStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


EVALUATION = Lifecycle(
    "evaluation",
    frozenset({EvaluationStatus.QUEUED}),
    {
        EvaluationStatus.QUEUED: frozenset({EvaluationStatus.RUNNING, EvaluationStatus.CANCELLED}),
        EvaluationStatus.RUNNING: frozenset(
            {EvaluationStatus.SUCCEEDED, EvaluationStatus.FAILED, EvaluationStatus.CANCELLED}
        ),
        EvaluationStatus.SUCCEEDED: frozenset(),
        EvaluationStatus.FAILED: frozenset(),
        EvaluationStatus.CANCELLED: frozenset(),
    },
)


class ImportStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


IMPORT = Lifecycle(
    "import",
    frozenset({ImportStatus.QUEUED}),
    {
        ImportStatus.QUEUED: frozenset({ImportStatus.RUNNING, ImportStatus.FAILED}),
        ImportStatus.RUNNING: frozenset({ImportStatus.SUCCEEDED, ImportStatus.FAILED}),
        ImportStatus.SUCCEEDED: frozenset(),
        ImportStatus.FAILED: frozenset(),
    },
)


class HoldStatus(StrEnum):
    PENDING = "pending"
    SETTLED = "settled"
    RELEASED = "released"


HOLD = Lifecycle(
    "hold",
    frozenset({HoldStatus.PENDING}),
    {
        HoldStatus.PENDING: frozenset({HoldStatus.SETTLED, HoldStatus.RELEASED}),
        HoldStatus.SETTLED: frozenset(),
        HoldStatus.RELEASED: frozenset(),
    },
)


class DeploymentStatus(StrEnum):
    CREATING = "creating"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"
    DELETED = "deleted"


DEPLOYMENT = Lifecycle(
    "deployment",
    frozenset({DeploymentStatus.CREATING}),
    {
        DeploymentStatus.CREATING: frozenset(
            {DeploymentStatus.READY, DeploymentStatus.FAILED, DeploymentStatus.DELETING}
        ),
        # Azure takes some away by itself.
        DeploymentStatus.READY: frozenset({DeploymentStatus.DELETING, DeploymentStatus.DELETED}),
        DeploymentStatus.FAILED: frozenset(),
        DeploymentStatus.DELETING: frozenset({DeploymentStatus.DELETED}),
        DeploymentStatus.DELETED: frozenset(),
    },
)
