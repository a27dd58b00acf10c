"""What reinforcement needs beside its dataset: a grader that fits the examples, held-out data, the prices of models that grade.

All of it is judged before anything is held. Asks no provider.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.connections.tables import Connection
from shared.datasets.shapes import METHODS, Shape
from shared.datasets.tables import Dataset
from shared.datasets.targets import MOST_GRADED_VALIDATION
from shared.errors import DatasetNotReady, FieldError, InvalidRequest
from shared.jobs.ordering.graders.by_model import grading_models
from shared.jobs.ordering.graders.checking import faults_of_grader
from shared.jobs.ordering.graders.templates import Items
from shared.spend.prices import Tier
from shared.spend.pricing import price_on
from shared.spend.tables import Unit

METHOD = METHODS[Shape.REINFORCEMENT]
LARGEST_SCHEMA = 100_000
_SCHEMA_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNITS = {"input": Unit.INPUT, "cached": Unit.CACHED_INPUT, "output": Unit.OUTPUT}


@dataclass(frozen=True, slots=True)
class Reward:
    """A grader in its provider's JSON, and the JSON Schema that answers are to fit, as OpenAI's `response_format`."""

    grader: Mapping[str, Any]
    response_format: Mapping[str, Any] | None = None


def check_reward(reward: Reward | None, method: str, training: Dataset, validation: Dataset | None) -> None:
    """Raises InvalidRequest, naming every fault; DatasetNotReady for what was read before examples' keys were counted."""
    if method != METHOD:
        if reward is not None:
            named = "/grader" if reward.grader else "/response_format"
            fault = FieldError(named, f"is for {METHOD} training only")
            raise InvalidRequest(f"{method} training has no grader.", [fault])
        return
    faults = list(_missing(reward, validation))
    if reward is not None:
        datasets = [one for one in (training, validation) if one is not None]
        faults += faults_of_grader(reward.grader, [items_of(one) for one in datasets])
        faults += _faults_of_format(reward.response_format)
    if faults:
        raise InvalidRequest("This could not be trained by reinforcement.", faults)


def items_of(dataset: Dataset) -> Items:
    """What the examples of a dataset have for graders. Raises DatasetNotReady when nobody has counted that."""
    counted = (dataset.report or {}).get("quality", {}).get("item_keys")
    if not counted:
        raise DatasetNotReady(
            f"What the examples of {dataset.id} have for graders was not counted. POST /v1/datasets/{dataset.id}/read makes a "
            "version in which it is.",
            dataset_id=dataset.id,
        )
    return Items(dataset.id, counted["examples"], counted["keys"], counted["whole"])


def grader_prices(reward: Reward | None, connection: Connection, day: date) -> dict[str, Any]:
    """What the models that grade cost there, to be remembered with the order: `{"grader_prices": {model: {kind: price}}}`.

    Raises PriceUnknown.
    """
    if reward is None:
        return {}
    models = sorted(grading_models(reward.grader))
    return {"grader_prices": {model: _prices(connection, model, day) for model in models}}


def _prices(connection: Connection, model: str, day: date) -> dict[str, dict[str, str]]:
    found = {kind: price_on(connection, model, Tier.BASE, unit, day) for kind, unit in _UNITS.items()}
    return {
        kind: {"usd_per_million": str(price.usd_per_million), "price_id": price.id} for kind, price in found.items()
    }


def _missing(reward: Reward | None, validation: Dataset | None) -> Iterator[FieldError]:
    if reward is None:
        yield FieldError("/grader", "is missing: it says what an answer is worth")
    if validation is None:
        yield FieldError("/validation_dataset_id", "is missing: reinforcement is not trained without held-out examples")
    elif (examples := (validation.report or {}).get("examples", 0)) > MOST_GRADED_VALIDATION:
        most = f"{MOST_GRADED_VALIDATION:,} can be validated with"
        yield FieldError("/validation_dataset_id", f"has {examples:,} examples; {most}")


def _faults_of_format(given: Mapping[str, Any] | None) -> Iterator[FieldError]:
    if given is None:
        return
    at, wanted = "/response_format", given.get("json_schema")
    if given.get("type") != "json_schema" or not isinstance(wanted, dict) or not isinstance(wanted.get("schema"), dict):
        yield FieldError(at, 'must be {"type": "json_schema", "json_schema": {"name", "schema", "strict": true}}')
        return
    if given.keys() - {"type", "json_schema"} or wanted.keys() - {"name", "schema", "strict", "description"}:
        yield FieldError(at, "has more than a type and a json_schema with name, schema and strict")
    if not isinstance(name := wanted.get("name"), str) or not _SCHEMA_NAME.fullmatch(name):
        yield FieldError(f"{at}/json_schema/name", "must be 1 to 64 letters, digits, _ or -")
    if wanted.get("strict") is not True:
        yield FieldError(f"{at}/json_schema/strict", "must be true")
    if len(json.dumps(given)) > LARGEST_SCHEMA:
        yield FieldError(at, f"is longer than {LARGEST_SCHEMA:,} characters")
