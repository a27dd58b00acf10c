"""Graders that are tried before they are ordered with: judged here by the rules and a dataset, and by a provider if it is asked.

The edge calls `prepare` in a short transaction and then `judge` or `grade` with none open. Nothing is charged: a grader that asks a
model costs its tokens, and is judged but not run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen, Vault
from shared.connections.queries import get_connection
from shared.connections.tables import Connection
from shared.datasets.queries import get_dataset
from shared.datasets.routing.queries import check_route, routing_of
from shared.errors import FieldError, InvalidRequest, ProviderRefused, ProviderUnavailable
from shared.ids import ConnectionId, DatasetId, TeamId
from shared.jobs.ordering.graders.by_model import grading_models
from shared.jobs.ordering.graders.checking import faults_of_grader
from shared.jobs.ordering.rewards import items_of
from shared.providers import grades
from shared.providers.base import Graded, Provider, Rejected, Throttled, Unavailable

T = TypeVar("T")
Grader = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """A grader, what the rules have found, and who is to be asked about it, if anybody."""

    grader: Grader
    faults: Sequence[FieldError]
    connection: Connection | None


def prepare(
    db: Session, team_id: TeamId, grader: Grader, dataset_id: DatasetId | None, connection_id: ConnectionId | None
) -> Trial:
    """Raises NotFound, RouteForbidden, or DatasetNotReady when nobody has counted what the examples have."""
    items = [] if dataset_id is None else [items_of(get_dataset(db, dataset_id, team_id=team_id))]
    connection = None if connection_id is None else get_connection(db, connection_id)
    if connection is not None:  # a grader, and what it is tried on, may tell as much as the data
        check_route(db, routing_of(db, team_id, [dataset_id]), connection)
    return Trial(grader, faults_of_grader(grader, items), connection)


def judge(trial: Trial, vault: Vault) -> str | None:
    """What the provider has against a grader, in its words; None where it has nothing, or cannot or need not be asked.

    Raises ProviderUnavailable.
    """
    if trial.connection is None or trial.faults or not grades(trial.connection.provider):
        return None
    try:
        _asked(trial.connection, vault, lambda provider: provider.check_grader(trial.grader))
    except Rejected as error:
        return None if error.status == HTTPStatus.NOT_FOUND else error.reason  # an account may have no such door
    return None


def grade(trial: Trial, answer: str, item: Mapping[str, Any], vault: Vault) -> Graded:
    """What a provider's grader makes of one answer. Raises InvalidRequest, ProviderRefused or ProviderUnavailable."""
    if trial.faults:
        raise InvalidRequest("This grader could not grade anything.", list(trial.faults))
    if grading_models(trial.grader):
        fault = FieldError(
            "/grader", "asks a model, which costs tokens: it can be validated, and is run in training only"
        )
        raise InvalidRequest("Only what costs nothing is run here.", [fault])
    assert trial.connection is not None
    if not grades(trial.connection.provider):
        fault = FieldError("/connection_id", f"{trial.connection.name} has no graders to ask")
        raise InvalidRequest("There is nobody to run this.", [fault])
    try:
        return _asked(trial.connection, vault, lambda provider: provider.grade(trial.grader, answer, item))
    except Rejected as error:
        said = f"{trial.connection.name} refused the grader: {error.reason}"
        raise ProviderRefused(said, provider_code=error.code, provider_status=error.status) from error


def _asked(connection: Connection, vault: Vault, question: Callable[[Provider], T]) -> T:
    """Raises Rejected, of anything but the credential, and ProviderUnavailable."""
    try:
        return question(provider_of(connection, vault))
    except Rejected as error:
        if not error.credential:
            raise
        raise ProviderUnavailable(f"{connection.name} does not accept our credential.") from error
    except Throttled as error:
        waits = {"retry_after_seconds": error.retry_after}
        raise ProviderUnavailable(f"{connection.name} is busy: {error.reason}", **waits) from error
    except (Unavailable, CannotOpen) as error:
        raise ProviderUnavailable(f"{connection.name} does not answer: {error}", connection=connection.name) from error
