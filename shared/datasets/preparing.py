"""What a caller chose of remedies, and what they did, between JSON and the values of `remedies`. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shared.datasets.remedies import Chosen, InvalidChoiceError, Lent, Prepared, all_recommended
from shared.datasets.remedies.catalogue import in_order
from shared.datasets.rows import lent_to_remedies
from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Conversion

RECOMMENDED = "recommended"


def check_chosen(asked: Mapping[str, Any], shape: Shape, most_tokens: int = 0) -> None:
    """Refuse early what cannot be done. `most_tokens`: in an example, of the model that takes most, if that is known.

    Raises InvalidChoiceError.
    """
    lent = lent_to_remedies(shape, {"": set()}, conversion_of(asked, shape), most_tokens)
    for remedy, choice in in_order(chosen_of(asked, shape, lent), shape, lent):
        remedy.begin(choice.parameters, shape, lent)


def chosen_of(asked: Mapping[str, Any], shape: Shape, lent: Lent) -> tuple[Chosen, ...]:
    """The remedies that were chosen, by name or as those that are recommended."""
    if asked["remedies"] == RECOMMENDED:
        return all_recommended(shape, lent)
    return tuple(Chosen(one["name"], one.get("parameters") or {}) for one in asked["remedies"])


def conversion_of(asked: Mapping[str, Any], shape: Shape) -> Conversion | None:
    """Into which shape, if into another. Raises InvalidChoiceError."""
    wanted = asked.get("convert")
    if not wanted:
        return None
    try:
        return Conversion.of({**wanted, "source": shape})
    except (TypeError, ValueError) as error:
        raise InvalidChoiceError(f"these examples cannot be converted so: {error}") from error


def changes_of(prepared: Prepared) -> dict[str, Any]:
    """The change log of what has been written to its end: by remedy, in the order in which they were applied; last, what
    was lost by the conversion.
    """
    parameters = prepared.parameters
    changes = {
        name: asdict(record) | {"parameters": parameters[name]} for name, record in prepared.log.items() if record.count
    }
    return changes | ({"convert": asdict(prepared.unconverted)} if prepared.unconverted.count else {})
