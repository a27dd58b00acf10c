"""Checks a request for a fine-tuning job, parameter by parameter, as the providers do before they accept it."""

import re
from typing import Any

from sandbox import graders, hyperparameters
from sandbox.catalogue import OPENAI_TRAINING_ENDS_AFTER_DAYS, Model, find
from sandbox.planning import Order, Reward
from sandbox.records import StoredFile
from sandbox.refusals import Refusal, invalid, training_closed
from sandbox.shapes.files import status
from sandbox.wire import Call, Dialect, Json
from sandbox.world import World

_PARAMETERS = {
    "model", "training_file", "validation_file", "suffix", "seed", "method", "hyperparameters", "integrations",
    "metadata",
}  # fmt: skip
_MAX_SEED = 2_147_483_647
_SUFFIX = {
    Dialect.OPENAI: re.compile(r"[A-Za-z0-9_.-]{1,64}"),
    Dialect.AZURE: re.compile(r"[A-Za-z0-9_-]{1,40}"),
    Dialect.COMPATIBLE: re.compile(r".{1,64}"),
}
_METHODS = ("supervised", "dpo", "reinforcement")


def check(world: World, call: Call) -> Order:
    """Raises Refusal for the first thing that is wrong; nothing is accepted or paid before this returns."""
    _check_parameters(call)
    _check_open(world, call)
    method, asked, reward = _method(call)
    base = _base(world, call, method)
    training = _file(world, call, "training_file")
    if training is None:
        raise invalid("you must provide a 'training_file' parameter", "training_file", "missing_required_parameter")
    auto_epochs = world.account(call.account).switches.auto_epochs
    validation = _file(world, call, "validation_file")
    if reward is not None and validation is None:
        text = "Reinforcement fine-tuning requires a 'validation_file'."
        raise invalid(text, "validation_file", "missing_required_parameter")
    return Order(base, method, asked, training, validation, call.dialect, auto_epochs, reward)


def _check_parameters(call: Call) -> None:
    allowed = _PARAMETERS | ({"trainingType"} if call.dialect is Dialect.AZURE else set())
    for name in call.body:
        if name not in allowed:
            raise invalid(f"Unrecognized request argument supplied: {name}", name, "unknown_parameter")
    model = call.body.get("model")
    if not isinstance(model, str) or not model:
        raise invalid("you must provide a model parameter", "model", "missing_required_parameter")
    _check_suffix(call)
    seed = call.body.get("seed")
    if seed is not None and (type(seed) is not int or not 0 <= seed <= _MAX_SEED):
        raise invalid(f"Invalid value for 'seed': must be an integer from 0 to {_MAX_SEED}.", "seed", "invalid_value")
    _check_metadata(call.body.get("metadata"))
    _check_integrations(call.body.get("integrations"))


def _check_suffix(call: Call) -> None:
    suffix = call.body.get("suffix")
    if suffix is not None and not (isinstance(suffix, str) and _SUFFIX[call.dialect].fullmatch(suffix)):
        raise invalid(
            "Invalid value for 'suffix': too long, empty, or with characters that are not allowed.",
            "suffix",
            "invalid_value",
        )


def _check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or len(metadata) > 16:
        raise invalid("Invalid 'metadata': expected an object with at most 16 properties.", "metadata", "invalid_value")
    for key, value in metadata.items():
        if len(key) > 64 or not isinstance(value, str) or len(value) > 512:
            raise invalid(
                f"Invalid 'metadata.{key}': keys have at most 64, values at most 512 characters.",
                "metadata",
                "invalid_value",
            )


def _check_integrations(integrations: Any) -> None:
    if integrations is None:
        return
    if not isinstance(integrations, list) or len(integrations) > 5:
        raise invalid("Invalid 'integrations': expected a list of at most 5.", "integrations", "invalid_value")
    for each in integrations:
        is_wandb = isinstance(each, dict) and each.get("type") == "wandb" and isinstance(each.get("wandb"), dict)
        if not is_wandb or not isinstance(each["wandb"].get("project"), str):
            raise invalid(
                "Invalid 'integrations': only wandb with a project is supported.", "integrations", "invalid_value"
            )


def _check_open(world: World, call: Call) -> None:
    open_days = (world.clock.today() - world.clock.opened_on).days
    is_over = call.dialect is Dialect.OPENAI and open_days >= OPENAI_TRAINING_ENDS_AFTER_DAYS
    if is_over or world.account(call.account).switches.training_closed:
        raise training_closed()


def _method(call: Call) -> tuple[str, Json, Reward | None]:
    plain = hyperparameters.check(call.body.get("hyperparameters"), "hyperparameters", call.dialect)
    method = call.body.get("method")
    if method is None:
        return "supervised", plain, None
    kind = method.get("type") if isinstance(method, dict) else None
    if kind not in _METHODS:
        raise invalid(f"Invalid value for 'method.type': expected one of {_METHODS}.", "method.type", "invalid_value")
    inner = method.get(kind) or {}
    path = f"method.{kind}.hyperparameters"
    if not isinstance(inner, dict):
        raise invalid(f"Invalid type for 'method.{kind}': expected an object.", f"method.{kind}", "invalid_type")
    asked = hyperparameters.check(inner.get("hyperparameters"), path, call.dialect, kind)
    return kind, plain | asked, _reward(inner) if kind == "reinforcement" else None


def _reward(inner: Json) -> Reward:
    path = "method.reinforcement"
    for name in inner:
        if name not in {"grader", "hyperparameters", "response_format"}:
            raise invalid(f"Unknown parameter: '{path}.{name}'.", f"{path}.{name}", "unknown_parameter")
    if "grader" not in inner:
        raise invalid(f"Missing required parameter: '{path}.grader'.", f"{path}.grader", "missing_required_parameter")
    wanted = inner.get("response_format")
    if wanted is not None and (not isinstance(wanted, dict) or wanted.get("type") != "json_schema"):
        raise invalid(f"Invalid value for '{path}.response_format'.", f"{path}.response_format", "invalid_value")
    return Reward(graders.check(inner["grader"], f"{path}.grader"), wanted)


def _base(world: World, call: Call, method: str) -> Model:
    """The model of the catalogue at the root: a tuned model of this account can be trained further."""
    name = call.body["model"]
    tuned = world.tuned_model(call.account, name)
    model = find(call.dialect, tuned.base if tuned else name)
    if model is None or not model.is_trainable(method, world.clock.opened_on, world.clock.today()):
        text = f"Model {name} is not available for fine-tuning or does not exist."
        if model is not None and model.is_trainable("supervised", world.clock.opened_on, world.clock.today()):
            text = f"Model {name} is not available for fine-tuning with the method {method}."
        raise invalid(text, "model", "model_not_available")
    return model


def _file(world: World, call: Call, param: str) -> StoredFile | None:
    file_id = call.body.get(param)
    if file_id is None:
        return None
    found = world.file(call.account, file_id) if isinstance(file_id, str) else None
    if found is None:
        raise Refusal(400, f"invalid {param}: {file_id}", "invalid_file", param)
    if found.purpose != "fine-tune":
        raise invalid(
            f"File '{file_id}' has purpose '{found.purpose}', but must have purpose 'fine-tune'.", param, "invalid_file"
        )
    state = status(found, world.clock.now())
    if state == "error":
        raise invalid(str(found.fault), param, "invalid_file_format")
    if state != "processed":
        text = f"File '{file_id}' is still being processed and is not ready to be used for fine-tuning."
        raise invalid(f"{text} Please try again later.", param)
    return found
