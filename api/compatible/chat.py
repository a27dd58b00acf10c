"""`/openai/v1/chat/completions`: prompts for aliases, tuned and base models, answered whole. Streaming is not spoken yet."""

from typing import assert_never

from fastapi import Response
from fastapi.responses import JSONResponse

from api.compatible.errors import compatible, openai_errors, render
from api.compatible.once import Once, TheOnce, lost_when_not_recorded
from api.dependencies import TeamMember, TheAsking, TheVault
from api.schemas.compatible import ChatCompletion, ChatRequest
from shared.db import Session
from shared.errors import (
    AnswerLost,
    BudgetExceeded,
    Conflict,
    FieldError,
    IdempotencyInProgress,
    IdempotencyMismatch,
    InvalidRequest,
    ModelRetired,
    NotDeployed,
    NotFound,
    PriceUnknown,
    ProviderRefused,
    ProviderUnavailable,
)
from shared.serving import relay
from shared.serving.relay import Answered, Declined, Outcome, Prompt, Unheard
from shared.teams.caller import TeamCaller

router = compatible("chat")

_REFUSALS = openai_errors(
    NotFound,
    Conflict,
    ModelRetired,
    NotDeployed,
    PriceUnknown,
    BudgetExceeded,
    ProviderRefused,
    ProviderUnavailable,
    AnswerLost,
    IdempotencyInProgress,
    IdempotencyMismatch,
)


@router.post("/chat/completions", summary="Ask a model", response_model=ChatCompletion, responses=_REFUSALS)
async def create_chat_completion(  # no thread of the common ones is held while the provider is asked
    body: ChatRequest, caller: TeamMember, once: TheOnce, asking: TheAsking, vault: TheVault
) -> Response:
    """Passes the prompt on to whoever the name means. The most that it can cost is held first; what the provider counted is
    charged. No transaction is open while the provider is asked. A repetition gets the first answer and buys nothing.
    """
    _check_whole(body)
    prompt = await asking.first(lambda db: _prepare(db, body, caller, once), caller.scope)
    outcome = await asking.ask(lambda: relay.ask(prompt, vault))
    with lost_when_not_recorded():
        return await asking.last(lambda db: _record(db, prompt, outcome, once), caller.scope)


def _prepare(db: Session, body: ChatRequest, caller: TeamCaller, once: Once) -> Prompt:
    once.begin(db)
    return relay.prepare(db, caller, body.model, body.forwarded())


def _record(db: Session, prompt: Prompt, outcome: Outcome, once: Once) -> Response:
    relay.record(db, prompt, outcome)
    match outcome:
        case Answered():
            return once.keep(db, JSONResponse(relay.render(prompt, outcome)))
        case Unheard(problem):
            return once.keep(db, render(problem))
        case Declined(problem):
            once.give_up(db)
            return render(problem)
        case _:
            assert_never(outcome)


def _check_whole(body: ChatRequest) -> None:
    if body.stream:
        raise InvalidRequest(
            "Streaming is not spoken here yet: leave out `stream`.", [FieldError("/stream", "must not be true")]
        )
