"""The OpenAI-compatible surface on the wire: OpenAI's shapes, as far as we know what they cost."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue

from api.schemas.base import ModelName, Schema, example


class ChatModel(Schema):
    model_config = example({"id": "support-bot", "object": "model", "created": 1763606000, "owned_by": "openai"})
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ChatModelList(Schema):
    model_config = example(
        {
            "object": "list",
            "data": [{"id": "support-bot", "object": "model", "created": 1763606000, "owned_by": "openai"}],
        }
    )
    object: Literal["list"] = "list"
    data: list[ChatModel]


class ChatRequest(Schema):
    """A chat completion as OpenAI takes it. What would change its price (service tiers, sound, search) is not taken.

    Without `max_completion_tokens` an answer may have 4,096 tokens. `model` is an alias, a tuned model of the team, or a base
    model.
    """

    model_config = example(
        {"model": "support-bot", "messages": [{"role": "user", "content": "My parcel has not arrived."}]}
    )
    model: ModelName
    messages: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=2000)]
    stream: bool | None = None
    stream_options: dict[str, JsonValue] | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: Annotated[int, Field(ge=1, le=128)] | None = None
    stop: str | list[str] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=200_000)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=200_000)] | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_format: dict[str, JsonValue] | None = None
    tools: Annotated[list[dict[str, JsonValue]], Field(max_length=128)] | None = None
    tool_choice: str | dict[str, JsonValue] | None = None
    parallel_tool_calls: bool | None = None
    functions: Annotated[list[dict[str, JsonValue]], Field(max_length=128)] | None = None
    function_call: str | dict[str, JsonValue] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None

    def forwarded(self) -> dict[str, Any]:
        """What goes to the provider: everything that was set, without the model and how to send the answer."""
        return self.model_dump(exclude_unset=True, exclude_none=True, exclude={"model", "stream", "stream_options"})


class ChatCompletion(Schema):
    """A chat completion as the provider gave it; `model` is the name that was asked for."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "id": "chatcmpl-A1",
                    "object": "chat.completion",
                    "created": 1763606000,
                    "model": "support-bot",
                    "choices": [
                        {"index": 0, "message": {"role": "assistant", "content": "shipping"}, "finish_reason": "stop"}
                    ],
                    "usage": {"prompt_tokens": 58, "completion_tokens": 2, "total_tokens": 60},
                }
            ]
        },
    )
    id: str
    object: str
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, Any]
