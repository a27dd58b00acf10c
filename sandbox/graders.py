"""Graders: what the providers refuse of them, which keys of an item they read, and what they make of an answer.

Python graders are read and not run here, and no model is asked: a grader that asks one gets the share of the answer's words that
stand in the item.
"""

import ast
import difflib
import json
import math
import re
from collections.abc import Callable
from typing import Any

from sandbox.refusals import Refusal, invalid
from sandbox.wire import Json

_PLACE = re.compile(r"\{\{\s*(item|sample)\.([\w.-]+)\s*\}\}")
_NEEDED = {
    "string_check": ("name", "input", "reference", "operation"),
    "text_similarity": ("name", "input", "reference", "evaluation_metric"),
    "score_model": ("name", "input", "model"),
    "python": ("name", "source"),
    "multi": ("name", "graders", "calculate_output"),
}
_OPERATIONS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda one, two: one == two,
    "ne": lambda one, two: one != two,
    "like": lambda one, two: two in one,
    "ilike": lambda one, two: two.lower() in one.lower(),
}
_METRICS = {"fuzzy_match", "bleu", "gleu", "meteor", *(f"rouge_{kind}" for kind in "12345l")}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min, "max": max, "abs": abs, "floor": math.floor, "ceil": math.ceil, "exp": math.exp, "sqrt": math.sqrt,
    "log": math.log,
}  # fmt: skip
_ERRORS = (
    "formula_parse_error", "sample_parse_error", "truncated_observation_error", "unresponsive_reward_error",
    "invalid_variable_error", "other_error", "python_grader_server_error", "python_grader_runtime_error",
    "model_grader_server_error", "model_grader_refusal_error", "model_grader_parse_error",
)  # fmt: skip
_DETAILS = (
    "python_grader_server_error_type", "python_grader_runtime_error_details", "model_grader_server_error_details",
)  # fmt: skip


def check(grader: Any, path: str, *, nested: bool = False) -> Json:
    """The grader; raises Refusal for the first thing that is wrong with it."""
    kind = grader.get("type") if isinstance(grader, dict) else None
    if kind not in _NEEDED or (nested and kind == "multi"):
        raise invalid(f"Invalid value for '{path}.type'.", f"{path}.type", "invalid_value")
    for name in _NEEDED[kind]:
        if not grader.get(name):
            raise invalid(
                f"Missing required parameter: '{path}.{name}'.", f"{path}.{name}", "missing_required_parameter"
            )
    _check_kind(grader, path)
    return dict(grader)


def _check_kind(grader: Json, path: str) -> None:
    if grader["type"] == "string_check" and grader["operation"] not in _OPERATIONS:
        raise invalid(f"Invalid value for '{path}.operation'.", f"{path}.operation", "invalid_value")
    if grader["type"] == "text_similarity" and grader["evaluation_metric"] not in _METRICS:
        raise invalid(f"Invalid value for '{path}.evaluation_metric'.", f"{path}.evaluation_metric", "invalid_value")
    if grader["type"] == "python" and "def grade(" not in grader["source"]:
        raise invalid(
            "The source of a python grader must define a function 'grade'.", f"{path}.source", "invalid_value"
        )
    if grader["type"] == "multi":
        for name, one in grader["graders"].items():
            check(one, f"{path}.graders.{name}", nested=True)
        try:
            _value(grader["calculate_output"], dict.fromkeys(grader["graders"], 1.0))
        except (ValueError, SyntaxError, ArithmeticError) as error:
            text = f"Invalid value for '{path}.calculate_output': {error}"
            raise invalid(text, f"{path}.calculate_output", "invalid_value") from error


def keys_of(grader: Json) -> list[str]:
    """The keys of an item that its texts name, in their order."""
    return list(
        dict.fromkeys(path.split(".")[0] for space, path in _PLACE.findall(json.dumps(grader)) if space == "item")
    )


def models_of(grader: Json | None) -> list[str]:
    """The models that are asked for each answer."""
    if grader is None:
        return []
    return [one["model"] for one in (grader, *grader.get("graders", {}).values()) if one["type"] == "score_model"]


def run(grader: Json, answer: str, item: Json) -> Json:
    """The published answer to a grader's trial."""
    errors: Json = dict.fromkeys(_ERRORS, False) | dict.fromkeys(_DETAILS)
    parts = {name: _score(one, answer, item, errors) for name, one in grader.get("graders", {}).items()}
    is_multi = grader["type"] == "multi"
    reward = _combination(grader, parts, errors) if is_multi else _score(grader, answer, item, errors)
    usage = {model: {"prompt_tokens": 200, "cached_tokens": 0, "completion_tokens": 20} for model in models_of(grader)}
    told = {"name": grader["name"], "type": grader["type"], "errors": errors, "execution_time": 0.1, "scores": parts}
    more = {"token_usage": None, "sampled_model_name": next(iter(usage), None)}
    return {
        "reward": reward,
        "metadata": told | more,
        "sub_rewards": parts,
        "model_grader_token_usage_per_model": usage,
    }


def _score(grader: Json, answer: str, item: Json, errors: Json) -> float:
    match grader["type"]:
        case "string_check":
            one, two = (_filled(grader[name], answer, item, errors) for name in ("input", "reference"))
            return float(_OPERATIONS[grader["operation"]](one, two))
        case "text_similarity":
            one, two = (_filled(grader[name], answer, item, errors) for name in ("input", "reference"))
            return difflib.SequenceMatcher(None, one, two).ratio()
        case "score_model":
            words = answer.lower().split()
            return sum(word in json.dumps(item).lower() for word in words) / max(1, len(words))
        case _:
            errors["python_grader_server_error"] = True
            return 0.0


def _combination(grader: Json, parts: dict[str, float], errors: Json) -> float:
    try:
        return _value(grader["calculate_output"], parts)
    except (ValueError, SyntaxError, ArithmeticError):
        errors["formula_parse_error"] = True
        return 0.0


def _filled(text: str, answer: str, item: Json, errors: Json) -> str:
    def value(found: re.Match[str]) -> str:
        value: Any = item if found[1] == "item" else {"output_text": answer, "output_json": _json(answer)}
        for step in found[2].split("."):
            value = value.get(step) if isinstance(value, dict) else None
        errors["invalid_variable_error"] |= value is None
        return value if isinstance(value, str) else json.dumps(value)

    return _PLACE.sub(value, text)


def _json(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None


def _value(formula: str, scores: dict[str, float]) -> float:
    """Of a formula over these scores, by Python's own reading of it. Raises ValueError, SyntaxError or ArithmeticError."""
    return _reckoned(ast.parse(formula.strip().replace("^", "**"), mode="eval").body, scores)


def _reckoned(node: ast.expr, scores: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in scores:
            return scores[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            return _reckoned(operand, scores) * (-1 if isinstance(sign, ast.USub) else 1)
        case ast.BinOp(left=left, op=sign, right=right):
            return _combined(sign, _reckoned(left, scores), _reckoned(right, scores))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return float(_FUNCTIONS[name](*(_reckoned(one, scores) for one in args)))
    raise ValueError(f"{ast.unparse(node)} cannot be calculated")


def _combined(sign: ast.operator, one: float, two: float) -> float:
    match sign:
        case ast.Add():
            return one + two
        case ast.Sub():
            return one - two
        case ast.Mult():
            return one * two
        case ast.Div():
            return one / two
        case ast.Pow():
            return float(math.pow(one, two))
    raise ValueError("there is no such sign")


def asked(body: Json) -> Json:
    """The grader of a request. Raises Refusal."""
    if "grader" not in body:
        raise Refusal(400, "Missing required parameter: 'grader'.", "missing_required_parameter", "grader")
    return check(body["grader"], "grader")
