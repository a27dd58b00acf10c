"""`/openai/v1/chat/completions`: prompts for aliases, tuned and base models, answered whole. Streaming is not spoken yet."""

from typing import Any

from api.compatible.errors import compatible, openai_errors
from api.dependencies import TeamMember, TheDatabase, TheVault
from api.schemas.compatible import ChatCompletion, ChatRequest
from shared.errors import (
    BudgetExceeded,
    FieldError,
    InvalidRequest,
    ModelRetired,
    NotDeployed,
    NotFound,
    PriceUnknown,
    ProviderRefused,
    ProviderUnavailable,
)
from shared.serving import relay

router = compatible("chat")

_REFUSALS = openai_errors(
    NotFound, ModelRetired, NotDeployed, PriceUnknown, BudgetExceeded, ProviderRefused, ProviderUnavailable
)


@router.post("/chat/completions", summary="Ask a model", response_model=ChatCompletion, responses=_REFUSALS)
def create_chat_completion(
    body: ChatRequest, caller: TeamMember, database: TheDatabase, vault: TheVault
) -> dict[str, Any]:
    """Passes the prompt on to whoever the name means. The most that it can cost is held first; what the provider counted is
    charged. No transaction is open while the provider is asked.
    """
    _check_whole(body)
    with database.transaction(caller.scope) as db:
        prompt = relay.prepare(db, caller, body.model, body.forwarded())
    outcome = relay.ask(prompt, vault)
    with database.transaction(caller.scope) as db:
        relay.record(db, prompt, outcome)
    return relay.render(prompt, outcome)


def _check_whole(body: ChatRequest) -> None:
    if body.stream:
        raise InvalidRequest(
            "Streaming is not spoken here yet: leave out `stream`.", [FieldError("/stream", "must not be true")]
        )
