"""Every pair of statuses of every lifecycle, tried on a real row: the declared edges pass, and nothing else does."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import ids
from shared.clock import utc_now
from shared.connections.tables import Connection, ProviderKind
from shared.datasets.moderation.tables import Moderation
from shared.datasets.tables import Dataset
from shared.datasets.uploads.tables import Upload
from shared.db import Database
from shared.deployments.tables import Deployment, WhenBudgetIsGone
from shared.errors import IllegalTransition
from shared.evaluations.tables import Evaluation
from shared.ids import (
    ConnectionId,
    DatasetId,
    DeploymentId,
    EvaluationId,
    GroupId,
    HoldId,
    ImportId,
    JobId,
    KeyId,
    ModelId,
    ModerationId,
    TeamId,
    UploadId,
)
from shared.imports.tables import Import
from shared.jobs.tables import Job, JobGroup
from shared.lifecycles import (
    DATASET,
    DEPLOYMENT,
    EVALUATION,
    GROUP,
    HOLD,
    IMPORT,
    JOB,
    MODEL,
    MODERATION,
    UPLOAD,
    DatasetStatus,
    Lifecycle,
)
from shared.money import ZERO
from shared.providers.deploying import Sku
from shared.registry.tables import Model
from shared.spend.tables import Hold, SpendKind
from shared.teams.tables import Team
from tests.support.database import Database as FreshDatabase

TEAM, KEY = TeamId(ids.new("team")), KeyId(ids.new("key"))
CONNECTION, DATASET_ID = ConnectionId(ids.new("conn")), DatasetId(ids.new("ds"))


def dataset(status: Any) -> Dataset:
    new = ids.new("ds")
    return Dataset(
        id=DatasetId(new), team_id=TEAM, name=new, version=1, status=status, filename="", format="chat", created_by=KEY
    )


def upload(status: Any) -> Upload:
    return Upload(
        id=UploadId(ids.new("up")),
        team_id=TEAM,
        status=status,
        name="n",
        filename="",
        size_bytes=1,
        expires_at=utc_now(),
        created_by=KEY,
    )


def moderation(status: Any) -> Moderation:
    return Moderation(
        id=ModerationId(ids.new("mod")),
        team_id=TEAM,
        dataset_id=DATASET_ID,
        connection_id=CONNECTION,
        status=status,
        n_examples=0,
        created_by=KEY,
    )


def job(status: Any) -> Job:
    empty: dict[str, Any] = {"hyperparameters": {}, "labels": {}, "estimate": {}}
    return Job(
        id=JobId(ids.new("job")),
        team_id=TEAM,
        created_by=KEY,
        dataset_id=DATASET_ID,
        connection_id=CONNECTION,
        model="m",
        method="supervised",
        held=ZERO,
        usd_per_million="1",
        price_id="p",
        status=status,
        **empty,
    )


def group(status: Any) -> JobGroup:
    new = GroupId(ids.new("grp"))
    return JobGroup(
        id=new, team_id=TEAM, created_by=KEY, name="n", dataset_id=DATASET_ID, asked=[], max_cost=ZERO, status=status
    )


def model(status: Any) -> Model:
    new = ids.new("model")
    return Model(
        id=ModelId(new),
        team_id=TEAM,
        status=status,
        connection_id=CONNECTION,
        provider_model=new,
        base_model="m",
        job_id=JobId(ids.new("job")),
        lineage={},
    )


def evaluation(status: Any) -> Evaluation:
    return Evaluation(
        id=EvaluationId(ids.new("eval")),
        team_id=TEAM,
        dataset_id=DATASET_ID,
        candidates=[],
        graders=[],
        parameters={},
        status=status,
        n_expected=0,
        held=ZERO,
        created_by=KEY,
    )


def deployment(status: Any) -> Deployment:
    new = ids.new("dep")
    return Deployment(
        id=DeploymentId(new),
        team_id=TEAM,
        created_by=KEY,
        connection_id=CONNECTION,
        model="m",
        base_model="m",
        name=new,
        sku=Sku.STANDARD,
        capacity=1,
        when_budget_is_gone=WhenBudgetIsGone.WARN,
        status=status,
        usd_per_million="1",
        price_id="p",
    )


def taking_in(status: Any) -> Import:
    new = ImportId(ids.new("imp"))
    return Import(id=new, team_id=TEAM, connection_id=CONNECTION, created_by=KEY, dry_run=False, status=status)


def hold(status: Any) -> Hold:
    new = ids.new("hold")
    return Hold(id=HoldId(new), team_id=TEAM, subject=new, status=status, kind=SpendKind.TRAINING, amount=ZERO)


@dataclass(frozen=True)
class Thing:
    """Something that has a lifecycle, and how one of it is born."""

    lifecycle: Lifecycle[Any]
    born: Callable[[Any], Any]

    @property
    def statuses(self) -> list[Any]:
        return list(self.lifecycle.edges)

    def way_to(self, status: StrEnum) -> list[Any]:
        """The shortest way from birth."""
        waiting = deque([one] for one in sorted(self.lifecycle.first))
        while waiting:
            way = waiting.popleft()
            if way[-1] is status:
                return way
            waiting.extend([*way, following] for following in sorted(self.lifecycle.edges[way[-1]] - set(way)))
        raise AssertionError(f"no {self.lifecycle.thing} ever becomes {status}")

    def stored(self, db: Session, status: StrEnum) -> Any:
        """A row that stands there, as it was read back from the database."""
        first, *rest = self.way_to(status)
        row = self.born(first)
        db.add(row)
        for following in rest:
            row.status = following
        db.flush()
        db.refresh(row)
        assert row.status is status
        return row


THINGS = [
    Thing(DATASET, dataset),
    Thing(UPLOAD, upload),
    Thing(MODERATION, moderation),
    Thing(JOB, job),
    Thing(GROUP, group),
    Thing(MODEL, model),
    Thing(EVALUATION, evaluation),
    Thing(HOLD, hold),
    Thing(DEPLOYMENT, deployment),
    Thing(IMPORT, taking_in),
]
every_thing = pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.lifecycle.thing)


@pytest.fixture
def db(database: FreshDatabase) -> Iterator[Session]:
    ours = Database(database.app_url, pool_size=1, doorbell=lambda _: None)
    with ours.transaction() as session:
        session.add(Team(id=TEAM, name="one"))
        session.add(
            Connection(
                id=CONNECTION,
                name="one",
                provider=ProviderKind.OPENAI,
                base_url="",
                sealed_credential=b"",
                credential_hint="",
            )
        )
        session.flush()
        parent = dataset(DatasetStatus.UPLOADED)
        parent.id = DATASET_ID
        session.add(parent)
        session.flush()
        yield session
    ours.engine.dispose()


@every_thing
def test_exactly_the_declared_edges_pass(db: Session, thing: Thing) -> None:
    for old in thing.statuses:
        for new in thing.statuses:
            row = thing.stored(db, old)
            if new is old or new in thing.lifecycle.edges[old]:
                row.status = new
                db.flush()
                db.refresh(row)
                assert row.status is new
            else:
                with pytest.raises(IllegalTransition) as refusal:
                    row.status = new
                assert refusal.value.facts == {"thing": thing.lifecycle.thing, "from_status": old, "to": new}
                assert row.status is old


@every_thing
def test_nothing_is_born_in_the_middle_of_its_life(db: Session, thing: Thing) -> None:
    for status in thing.statuses:
        if status in thing.lifecycle.first:
            db.add(thing.born(status))
            db.flush()
        else:
            with pytest.raises(IllegalTransition):
                thing.born(status)


@every_thing
def test_a_status_that_nobody_declared_is_refused_by_the_database(db: Session, thing: Thing) -> None:
    row = thing.stored(db, thing.statuses[0])
    with pytest.raises(Exception, match="violates check constraint"), db.begin_nested():
        db.execute(text(f"UPDATE {row.__tablename__} SET status = 'limbo' WHERE id = :id"), {"id": row.id})


def test_every_guarded_table_is_tried_here() -> None:
    guarded = {mapper.class_ for mapper in Dataset.registry.mappers if "status" in mapper.validators}
    assert guarded == {type(thing.born(min(thing.lifecycle.first))) for thing in THINGS}


@every_thing
def test_every_life_can_end(thing: Thing) -> None:
    assert thing.lifecycle.terminal
    for status in thing.statuses:
        reached, waiting = {status}, [status]
        while waiting:
            following = thing.lifecycle.edges[waiting.pop()] - reached
            reached |= following
            waiting += following
        assert reached & thing.lifecycle.terminal, f"{thing.lifecycle.thing} is stuck as {status}"
