"""`/openai/v1/models`: every name that the team can ask."""

from api.compatible.errors import compatible, openai_errors
from api.dependencies import Read, TeamMember
from api.schemas.compatible import ChatModel, ChatModelList
from shared.errors import NotFound
from shared.serving.queries import Served, get_served, served

router = compatible("models")


@router.get("/models", summary="List the names to ask", responses=openai_errors())
def list_chat_models(caller: TeamMember, db: Read) -> ChatModelList:
    """The team's aliases and tuned models, and the base models that a healthy connection answers for at a known price."""
    return ChatModelList(data=[_render(one) for one in served(db, caller.team_id)])


@router.get("/models/{model:path}", summary="Look at a name", responses=openai_errors(NotFound))
def get_chat_model(model: str, caller: TeamMember, db: Read) -> ChatModel:
    """One name that can be asked. Another team's is not found."""
    return _render(get_served(db, caller.team_id, model))


def _render(one: Served) -> ChatModel:
    return ChatModel(id=one.name, created=int(one.since.timestamp()), owned_by=one.owner)
