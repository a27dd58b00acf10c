"""Graders that are tried before anything is trained with them."""

from sandbox import graders
from sandbox.refusals import invalid
from sandbox.wire import Call, Reply
from sandbox.world import World


def validate(_: World, call: Call) -> Reply:
    return Reply({"grader": graders.asked(call.body)})


def run(_: World, call: Call) -> Reply:
    grader = graders.asked(call.body)
    answer, item = call.body.get("model_sample"), call.body.get("item") or {}
    if not isinstance(answer, str) or not isinstance(item, dict):
        raise invalid("'model_sample' must be a string and 'item' an object.", "model_sample", "invalid_type")
    return Reply(graders.run(grader, answer, item))
