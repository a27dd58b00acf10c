"""Chat completions, whole or streamed."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from sandbox import ids, tokens
from sandbox.catalogue import MODELS, Model
from sandbox.examples import last_question, message_fault
from sandbox.guessing import guess
from sandbox.learning import Learnt
from sandbox.planning import reading_of
from sandbox.records import ChatUse, Job
from sandbox.refusals import invalid, no_deployment, no_model
from sandbox.wire import Call, Dialect, Json, Reply
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who answers: a base model, or what a job made of it. `name` is the model's, whatever the deployment is called."""

    name: str
    base: Model
    job: Job | None


@dataclass(frozen=True, slots=True)
class Answer:
    pieces: list[str]
    tool_calls: tuple[dict[str, Any], ...]
    finish_reason: str
    usage: Json


def complete(world: World, call: Call) -> Reply:
    messages = _checked_messages(call)
    speaker = _SPEAKERS[call.dialect](world, call)
    _check_thinking(call, speaker.base)
    answer = _answer(call, speaker, _words(world, speaker, messages))
    _record(world, call, speaker, answer.usage)
    head = {
        "id": f"chatcmpl-{ids.letters(24)}",
        "created": int(world.clock.now()),
        "model": speaker.name,
        "system_fingerprint": "fp_sandbox",
    }
    if call.body.get("stream"):
        options = call.body.get("stream_options")
        pieces = _stream(head, answer, with_usage=isinstance(options, dict) and bool(options.get("include_usage")))
        return Reply(pieces, media_type="text/event-stream")
    return Reply(_whole(head, answer))


def _checked_messages(call: Call) -> list[Json]:
    messages = call.body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("'messages' must be a list of messages that is not empty.", "messages", "invalid_value")
    for number, message in enumerate(messages):
        fault = message_fault(message, Dialect.OPENAI)
        if fault is not None:
            raise invalid(f"Invalid 'messages[{number}]': {fault}.", f"messages[{number}]", "invalid_value")
    return messages


def _check_thinking(call: Call, base: Model) -> None:
    """Models that think before they answer take fewer parameters."""
    if not base.name.startswith("o"):
        return
    if "max_tokens" in call.body:
        text = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise invalid(text, "max_tokens", "unsupported_parameter")
    if call.body.get("temperature", 1) != 1:
        text = "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) is supported."
        raise invalid(text, "temperature", "unsupported_value")


def _limit(call: Call) -> int | None:
    limit = call.body.get("max_completion_tokens", call.body.get("max_tokens"))
    if limit is not None and (type(limit) is not int or limit < 1):
        text = "'max_completion_tokens' must be a whole number above zero."
        raise invalid(text, "max_completion_tokens", "invalid_value")
    return limit


def _named(world: World, call: Call, name: str) -> Speaker:
    base = world.base_model(call.dialect, name)
    if base is not None:
        return Speaker(base.name, base, None)
    job = world.tuned_model(call.account, name)
    # A tuned model goes when the model it was made from goes.
    if job is None or world.base_model(call.dialect, job.base) is None:
        raise no_model(name)
    return Speaker(name, MODELS[job.dialect, job.base], job)


def _deployed(world: World, call: Call) -> Speaker:
    name = call.path.get("deployment") or str(call.body.get("model"))
    deployment = world.deployment(call.account, name)
    if deployment is None or deployment.fails or deployment.ready_at > world.clock.now():
        raise no_deployment()
    deployment.last_asked_at = world.clock.now()
    world.save_deployment(deployment)
    return _named(world, call, deployment.model["name"])


def _by_model(world: World, call: Call) -> Speaker:
    return _named(world, call, str(call.body.get("model")))


def _base_or_custom(world: World, call: Call) -> Speaker:
    """A tuned model answers under the name that was made for it, and under no other."""
    name = str(call.body.get("model"))
    custom = world.deployment(call.account, name)
    if custom is not None:
        return _named(world, call, custom.model["name"])
    if world.base_model(call.dialect, name) is None:
        raise no_model(name)
    return _named(world, call, name)


_SPEAKERS: dict[Dialect, Callable[[World, Call], Speaker]] = {
    Dialect.OPENAI: _by_model,
    Dialect.AZURE: _deployed,
    Dialect.COMPATIBLE: _base_or_custom,
}


def _words(world: World, speaker: Speaker, messages: list[Any]) -> Learnt:
    if speaker.job is not None:
        reading = reading_of(speaker.base, speaker.job.method, speaker.job.dialect, speaker.job.grader)
        learner = world.learner(speaker.job.training_digest, reading)
        learnt = learner.answer(last_question(messages))
        if learnt is not None:
            return learnt
    return Learnt(guess(messages))


def _answer(call: Call, speaker: Speaker, words: Learnt) -> Answer:
    encoding = speaker.base.encoding
    limit = _limit(call)
    pieces = tokens.split(words.text, encoding)
    is_cut = limit is not None and len(pieces) > limit
    kept = pieces[:limit] if is_cut else pieces
    prompt_tokens = tokens.count_prompt(call.body["messages"], call.body.get("tools"), encoding)
    completion_tokens = max(
        1, tokens.count("".join(kept), encoding) + tokens.count_tool_calls(words.tool_calls, encoding)
    )
    reason = "length" if is_cut else "tool_calls" if words.tool_calls else "stop"
    factor = speaker.base.token_factor
    usage = _usage(ceil(prompt_tokens * factor), min(ceil(completion_tokens * factor), limit or sys.maxsize))
    return Answer(kept, words.tool_calls, reason, usage)


def _usage(prompt_tokens: int, completion_tokens: int) -> Json:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _record(world: World, call: Call, speaker: Speaker, usage: Json) -> None:
    account = world.account(call.account)
    use = account.chat_use.setdefault(speaker.name, ChatUse())
    use.requests += 1
    use.prompt_tokens += usage["prompt_tokens"]
    use.completion_tokens += usage["completion_tokens"]
    world.save_account(account)


def _whole(head: Json, answer: Answer) -> Json:
    message: Json = {"role": "assistant", "content": "".join(answer.pieces), "refusal": None, "annotations": []}
    if answer.tool_calls:
        message |= {"content": None, "tool_calls": list(answer.tool_calls)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish_reason}
    return head | {"object": "chat.completion", "choices": [choice], "usage": answer.usage, "service_tier": "default"}


def _stream(head: Json, answer: Answer, *, with_usage: bool) -> Iterator[bytes]:
    deltas: list[Json] = [{"role": "assistant", "content": "", "refusal": None}]
    deltas += [{"content": piece} for piece in answer.pieces]
    if answer.tool_calls:
        deltas.append({"tool_calls": [{"index": at} | call for at, call in enumerate(answer.tool_calls)]})
    for delta in deltas:
        yield _chunk(head, [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}])
    yield _chunk(head, [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": answer.finish_reason}])
    if with_usage:
        yield _chunk(head | {"usage": answer.usage}, [])
    yield b"data: [DONE]\n\n"


def _chunk(head: Json, choices: list[Json]) -> bytes:
    body = head | {"object": "chat.completion.chunk", "choices": choices}
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
