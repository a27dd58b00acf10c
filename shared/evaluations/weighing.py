"""What an evaluation would ask and cost at most, found out before anything is ordered. Reads a dataset; holds nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from shared.datasets.queries import get_dataset
from shared.datasets.shapes import Shape
from shared.datasets.tables import Dataset
from shared.datasets.tokens.vocabularies import Encoding
from shared.db import today
from shared.deployments.queries import deployed
from shared.errors import DatasetNotReady, DatasetRejected, InvalidRequest
from shared.evaluations.candidates import encoding_of, most_of
from shared.evaluations.examples import Choice, choose
from shared.evaluations.questions import most_used
from shared.evaluations.rates import Usage, seller_of
from shared.ids import ConnectionId, DatasetId, ModelId, TeamId
from shared.lifecycles import DatasetStatus
from shared.money import Usd
from shared.registry.targets import Names, Target
from shared.storage import Storage


@dataclass(frozen=True, slots=True)
class Wanted:
    """A candidate as it is asked for; a base model may be asked on a connection of choice."""

    model: str
    connection_id: ConnectionId | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. At most `max_answers` examples are put to each candidate; the first one is the reference."""

    dataset_id: DatasetId
    candidates: Sequence[Wanted]
    graders: Sequence[str]
    max_answers: int


@dataclass(frozen=True, slots=True)
class Weighing:
    """The examples that would be asked. What they use is counted once for each way of counting."""

    choice: Choice
    day: date
    _used: dict[tuple[str, Encoding], Usage] = field(default_factory=dict)

    def most_for(self, target: Target) -> Usd:
        """The most that asking a model can cost at the day's prices. Raises PriceUnknown, and InvalidRequest for images."""
        way = target.base_model, encoding_of(target.connection, target.base_model)
        if way not in self._used:
            self._used[way] = sum((most_used(example, *way) for example in self.choice.examples), Usage())
        return seller_of(target, self.day).cost(most_of(target.connection, target.base_model, self._used[way]))


def weighing_of(db: Session, storage: Storage, order: Order, team_id: TeamId) -> Weighing:
    """Choose what would be asked. Raises NotFound, DatasetNotReady, DatasetRejected, or InvalidRequest when nothing can be."""
    dataset = _ready(db, order.dataset_id, team_id)
    with storage.open(dataset.examples_blob) as stream:
        choice = choose(stream, order.max_answers)
    if not choice.examples:
        raise InvalidRequest(
            "No example of this dataset ends with an answer in words, so there is nothing to compare with."
        )
    return Weighing(choice, today(db))


@dataclass(frozen=True, slots=True)
class Scales:
    """For several evaluations of one team: whose names its candidates go by, and what was read of datasets, once each."""

    storage: Storage
    names: Names
    _weighings: dict[tuple[DatasetId, int], Weighing] = field(default_factory=dict)

    def weighing(self, db: Session, order: Order) -> Weighing:
        """Raises what `weighing_of` raises."""
        asked = order.dataset_id, order.max_answers
        if asked not in self._weighings:
            self._weighings[asked] = weighing_of(db, self.storage, order, self.names.team_id)
        return self._weighings[asked]


def scales_of(db: Session, storage: Storage, team_id: TeamId, aliases: Mapping[str, ModelId]) -> Scales:
    """With nothing read yet."""
    return Scales(storage, names_of(db, team_id, aliases))


def names_of(db: Session, team_id: TeamId, aliases: Mapping[str, ModelId]) -> Names:
    """The names that a team can use for candidates."""
    return Names(team_id, aliases, deployed(db, team_id))


def _ready(db: Session, dataset_id: DatasetId, team_id: TeamId) -> Dataset:
    dataset = get_dataset(db, dataset_id, team_id=team_id)
    if dataset.status in (DatasetStatus.REJECTED, DatasetStatus.ARCHIVED):
        raise DatasetRejected(f"{dataset_id} is {dataset.status}. Choose another one.", dataset_id=dataset_id)
    if dataset.status is not DatasetStatus.READY:
        raise DatasetNotReady(f"{dataset_id} is {dataset.status}. Ask again when it is ready.", dataset_id=dataset_id)
    if dataset.format != Shape.CHAT:
        raise DatasetRejected(
            f"{dataset_id} holds {dataset.format} examples; models are evaluated on chats. "
            f"POST /v1/datasets/{dataset_id}/prepare converts them.",
            dataset_id=dataset_id,
        )
    return dataset
