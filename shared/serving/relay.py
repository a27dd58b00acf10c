"""Passing a prompt on to whoever a name means, for money: hold, ask, settle.

The edge calls `prepare` and `record` in two short transactions, and `ask` between them with no session held. A request that
may have reached the provider and was not answered is charged at the most it can have cost, as provisional: charging nothing would
let a team with a bad line spend beyond its budget unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy.orm import Session

from shared import ids
from shared.connections.access import provider_of
from shared.connections.credentials import CannotOpen, Vault
from shared.db import today
from shared.deployments.queries import deployed
from shared.deployments.recording import note_asked
from shared.errors import AnswerLost, Problem, ProviderRefused, ProviderUnavailable
from shared.evaluations.candidates import encoding_of, most_of
from shared.evaluations.rates import Seller, Usage, seller_of
from shared.ids import TeamId
from shared.providers.base import Answer, Rejected, Throttled, Unavailable
from shared.registry.targets import Names, Target, find_target
from shared.serving.queries import aliases_of
from shared.serving.sizing import limited, most_used
from shared.spend import actions as spend
from shared.spend.actions import HoldRequest
from shared.spend.tables import SpendKind
from shared.teams.caller import TeamCaller

ABANDONED_AFTER_SECONDS = 600.0
"""Long after any answer would have come: who has not settled by then is dead."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request that money is held for. `subject` is the hold's."""

    subject: str
    target: Target
    seller: Seller
    body: Mapping[str, Any]
    most: Usage


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing took effect at the provider."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Unheard:
    """The provider may have answered, and billed; nobody heard it."""

    problem: Problem


Outcome = Answered | Declined | Unheard


def prepare(db: Session, caller: TeamCaller, name: str, body: Mapping[str, Any]) -> Prompt:
    """Find whom the name means and hold the most that asking can cost.

    Raises NotFound, ModelRetired, NotDeployed, PriceUnknown, InvalidRequest or BudgetExceeded.
    """
    names = Names(caller.team_id, aliases_of(db, caller.team_id), deployed(db, caller.team_id))
    target = find_target(db, names, name)
    if target.tier is not None:  # before any budget is locked: the worker locks a deployment first too
        note_asked(db, target.connection.id, target.deployed_as)
    seller = seller_of(target, today(db))
    sent = limited(body)
    counted = most_used(sent, target.base_model, encoding_of(target.connection, target.base_model))
    most = most_of(target.connection, target.base_model, counted)
    prompt = Prompt(ids.new("req"), target, seller, sent, most)
    spend.hold(db, _hold(caller.team_id, prompt))
    return prompt


def _hold(team_id: TeamId, prompt: Prompt) -> HoldRequest:
    return HoldRequest(
        team_id=team_id,
        subject=prompt.subject,
        kind=SpendKind.INFERENCE,
        amount=prompt.seller.cost(prompt.most),
        abandoned_after_seconds=ABANDONED_AFTER_SECONDS,
        fallback=prompt.seller.charges(SpendKind.INFERENCE, prompt.most),
    )


def ask(prompt: Prompt, vault: Vault) -> Outcome:
    """One question to the provider, asked once."""
    connection = prompt.target.connection
    try:
        return Answered(provider_of(connection, vault).chat(prompt.target.deployed_as, prompt.body))
    except Throttled as error:
        waits = {"retry_after_seconds": error.retry_after}
        return Declined(ProviderUnavailable(f"{connection.name} is busy: {error.reason}", **waits))
    except Rejected as error:
        return Declined(_refused(prompt, error))
    except CannotOpen as error:
        return Declined(ProviderUnavailable(str(error), connection=connection.name))
    except Unavailable as error:
        said = f"{connection.name} does not answer: {error.reason}"
        if error.unheard:
            return Unheard(AnswerLost(f"{said}. The most that it can have cost is charged until the bill is known."))
        return Declined(ProviderUnavailable(said, connection=connection.name))


def record(db: Session, prompt: Prompt, outcome: Outcome) -> None:
    """Resolve the hold by what came of it."""
    match outcome:
        case Answered(answer):
            usage = Usage(answer.input_tokens, answer.cached_input_tokens, answer.output_tokens)
            spend.settle(db, prompt.subject, prompt.seller.charges(SpendKind.INFERENCE, usage))
        case Declined():
            spend.release(db, prompt.subject)
        case Unheard():
            charges = prompt.seller.charges(SpendKind.INFERENCE, prompt.most, provisional=True)
            spend.settle(db, prompt.subject, charges)
        case _:
            assert_never(outcome)


def render(prompt: Prompt, answered: Answered) -> dict[str, Any]:
    """The answer, from the name that was asked."""
    return {**answered.answer.body, "model": prompt.target.name}


def _refused(prompt: Prompt, error: Rejected) -> Problem:
    connection = prompt.target.connection.name
    if error.credential:
        return ProviderUnavailable(f"{connection} does not accept our credential. Ask an admin to renew it.")
    return ProviderRefused(
        f"{connection} refused the request: {error.reason}", provider_code=error.code, provider_status=error.status
    )
