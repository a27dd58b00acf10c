"""Two datasets beside one another: what changed from one to the other, and what leaks from training data into held-out data."""

from typing import Annotated

from fastapi import Query

from api.dependencies import Heavy, Store, TeamMember, TheDatabase
from api.problems import problems
from api.routing import noun
from api.schemas.base import DatasetId
from api.schemas.comparisons import DifferenceKind, DifferenceSchema, LeakageSchema
from shared.datasets import queries
from shared.datasets.lookups import difference, leakage
from shared.errors import DatasetNotReady, NotFound

router = noun("datasets")

Offset = Annotated[int, Query(ge=0, le=10**9, description="Lines to pass over.")]
Limit = Annotated[int, Query(ge=1, le=1_000)]


@router.get(
    "/datasets/{dataset_id}/diff", summary="Compare with another version", responses=problems(NotFound, DatasetNotReady)
)
def compare_datasets(
    dataset_id: DatasetId,
    against: DatasetId,
    caller: TeamMember,
    database: TheDatabase,
    storage: Store,
    _: Heavy,
    kind: DifferenceKind = "added",
    offset: Offset = 0,
    limit: Limit = 100,
) -> DifferenceSchema:
    """How a dataset differs from another one, mostly an earlier version: examples added, removed, and changed (the same prompt,
    answered otherwise), with their lines, one `kind` at a time; and the numbers of both side by side.
    """
    with database.reading(caller.scope) as db:
        new = queries.get_dataset(db, dataset_id, team_id=caller.team_id)
        old = queries.get_dataset(db, against, team_id=caller.team_id)
    # Blobs are read while nobody's session waits.
    return DifferenceSchema.of(old, new, difference(storage, old, new), kind, slice(offset, offset + limit))


@router.get(
    "/datasets/{dataset_id}/leakage",
    summary="Look for held-out examples in training data",
    responses=problems(NotFound, DatasetNotReady),
)
def find_leakage(
    dataset_id: DatasetId,
    held_out: DatasetId,
    caller: TeamMember,
    database: TheDatabase,
    storage: Store,
    _: Heavy,
    offset: Offset = 0,
    limit: Limit = 100,
) -> LeakageSchema:
    """Which examples of a held-out dataset (`held_out`) stand in this one too: the same, with the same prompt, or nearly the
    same. A model that is trained on this one will do better on them than it deserves.
    """
    with database.reading(caller.scope) as db:
        training = queries.get_dataset(db, dataset_id, team_id=caller.team_id)
        other = queries.get_dataset(db, held_out, team_id=caller.team_id)
    return LeakageSchema.of(training, other, leakage(storage, training, other), slice(offset, offset + limit))
