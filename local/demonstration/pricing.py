"""Scene 4: what training would cost on several models over all connections, before anything is spent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.demonstration.checking import UnusableFile, require, require_equal
from local.demonstration.closing import learn_that_it_is_closed
from local.demonstration.data import Parts
from local.demonstration.showing import table
from local.demonstration.stage import Cast, Stage

WITHOUT_PRICE = "gpt-4.1-mini-2025-04-14"
"""Azure trains it, and publishes no price that could be relied on."""
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Choice:
    """A model on a connection, with its estimate and the price per million tokens that the catalogue tells."""

    connection_id: str
    model: str
    estimate: dict[str, Any]

    @property
    def price(self) -> Decimal:
        return Decimal(self.estimate["usd_per_million"])


def compare_prices(stage: Stage, cast: Cast, parts: Parts) -> list[Choice]:
    """The choices that will be trained: one for each connection."""
    with stage.scene(4, "What it would cost, before anything is spent"):
        learn_that_it_is_closed(stage, cast, parts)
        asked = [(place.connection_id, model) for place in cast.open_places for model in place.models]
        asked.append((cast.at("azure").connection_id, WITHOUT_PRICE))
        wish = {
            "dataset_id": parts.training["id"],
            "choices": [{"connection_id": connection_id, "model": model} for connection_id, model in asked],
        }
        estimates = cast.team.client.must("POST", "/v1/estimates", wish)["data"]
        _show(stage, cast, estimates)
        *to_be_priced, without_price = estimates
        priced = _welcome(stage, cast, parts, to_be_priced)
        for estimate in priced:
            _check(stage, estimate)
        lowest = min(Decimal(one["expected"]) for one in priced)
        marked = [Decimal(one["expected"]) for one in estimates if one["cheapest"]]
        require_equal(marked, [lowest], "The estimate that is marked as the cheapest")
        _check_refused(stage, cast, parts, without_price)
        first_of_each = {one["connection_id"]: one for one in reversed(priced)}
        chosen = [first_of_each[one.connection_id] for one in cast.open_places if one.connection_id in first_of_each]
        return [Choice(one["connection_id"], one["model"], one) for one in chosen]


def _welcome(stage: Stage, cast: Cast, parts: Parts, estimates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The choices for which the file is taken. One of the user's may be good enough for some and not for others."""
    against = {
        (one["provider"], one["model"]): ", ".join(objection["code"] for objection in one["against"])
        for one in parts.report["acceptance"]
        if one["method"] == "supervised" and not one["accepted"]
    }
    taken = []
    for estimate in estimates:
        place = cast.place(estimate["connection_id"])
        name = place.name
        codes = against.get((place.provider, estimate["model"]), against.get((place.provider, None)))
        if codes is None:
            taken.append(estimate)
            continue
        said = f"{name} would refuse {stage.file.name} for {estimate['model']} ({codes}), so it is not trained there."
        stage.console.print(said, markup=False)
        require_equal((estimate["refused"] or {}).get("code"), "dataset_rejected", f"What {name} is expected to say")
    leading = cast.leading
    if not any(one["connection_id"] == leading.connection_id for one in taken):
        why = "; ".join(sorted({codes for (provider, _), codes in against.items() if provider == leading.provider}))
        raise UnusableFile(f"{leading.name} would refuse {stage.file} for every model that is tried here: {why}.")
    return taken


def _check(stage: Stage, estimate: dict[str, Any]) -> None:
    """The estimate is what its own figures say, and its price is the catalogue's."""
    what = f"The estimate for {estimate['model']}"
    require(estimate["refused"] is None, f"{what} was refused: {estimate['refused']}")
    price = Decimal(estimate["usd_per_million"])
    require_equal(Decimal(estimate["expected"]), price * estimate["billed_tokens"] / MILLION, what)
    low, expected, high = (Decimal(estimate[name]) for name in ("low", "expected", "high"))
    require(0 < low < expected < high, f"{what} has no sensible interval: {low} to {high}")
    offers = stage.admin.must("GET", "/v1/catalogue")["data"]
    listed = [
        Decimal(offer["usd_per_million_training_tokens"])
        for offer in offers
        if all(offer[name] == estimate[name] for name in ("connection_id", "model", "method"))
    ]
    require_equal(listed, [price], f"The catalogue's price of {estimate['model']}")


def _check_refused(stage: Stage, cast: Cast, parts: Parts, estimate: dict[str, Any]) -> None:
    """Neither an estimate nor a job for a model without a price."""
    require_equal((estimate["refused"] or {}).get("code"), "price_unknown", "The refusal of a model without a price")
    require(estimate["expected"] is None, f"A model without a price was estimated at {estimate['expected']}")
    order = {
        "dataset_id": parts.training["id"],
        "connection_id": estimate["connection_id"],
        "model": estimate["model"],
    }
    answer = cast.team.client.ask("POST", "/v1/jobs", order)
    require_equal((answer.status, answer.body["code"]), (422, "price_unknown"), "The answer to a job without a price")
    stage.console.print(f"\nA job on the last one is answered [bold]422 price_unknown[/]: {answer.body['detail']}")


def _show(stage: Stage, cast: Cast, estimates: list[dict[str, Any]]) -> None:
    rows = [
        ["→" if one["cheapest"] else "", cast.connection_name(one["connection_id"]), one["model"], *_figures(one)]
        for one in estimates
    ]
    headings = ["", "at", "model", ">tokens\nbilled", ">per\nmillion", ">expected", ">at most"]
    stage.console.print(table(headings, rows))
    for one in estimates:
        if one["cheapest"]:
            stage.console.print(f"→ is the cheapest; it rests on {one['rests_on']}.", style="dim", markup=False)


def _figures(one: dict[str, Any]) -> list[object]:
    if one["refused"]:
        return ["", "unknown" if one["refused"]["code"] == "price_unknown" else "", "refused", ""]
    return [f"{one['billed_tokens']:,}", *(Decimal(one[name]) for name in ("usd_per_million", "expected", "high"))]
