"""The remedy for personal data and secrets: placeholders wherever one stands that the report would name.

That is in what is said, in the arguments of calls, and in the keys that graders read. Names of tools, definitions and
pictures stay as they are.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Message, Row
from shared.datasets.remedies.mending import Mending
from shared.datasets.remedies.of_tools import change_arguments
from shared.datasets.remedies.remedy import Remedy
from shared.datasets.rules.graders import RESERVED_KEYS
from shared.datasets.shapes import Shape

LONGEST_AT_ONCE = 40_000  # characters


@dataclass
class MaskPersonalData(Mending):
    @override
    def is_idle(self, said: str, /) -> bool:
        # Of what is very long the search may give up, and what stands at its end would not be found.
        return len(said) <= LONGEST_AT_ONCE and self._mask(said) is said

    @override
    def mend_row(self, row: Row) -> Row | None:
        row = inside.change_texts(row, self.shape, self._mask)
        row = inside.change_lists(row, self.shape, lambda messages, _: self._mask_messages(messages))
        if self.shape is not Shape.REINFORCEMENT:
            return row
        for key in row.keys() - RESERVED_KEYS:
            row = inside.with_value(row, key, self._masked(row[key]))
        return row

    def _mask_messages(self, messages: list[Any]) -> list[Any]:
        masked = [self._mask_message(message) if isinstance(message, dict) else message for message in messages]
        return inside.unless_same(messages, masked)

    def _mask_message(self, message: Message) -> Message:
        if isinstance(message.get("refusal"), str):
            message = inside.with_value(message, "refusal", self._mask(message["refusal"]))
        return change_arguments(message, self._mask_arguments)

    def _mask_arguments(self, arguments: Any) -> Any:
        """JSON stays JSON: its values are masked one by one. What is no JSON is masked as the text that it is."""
        if not isinstance(arguments, str):
            return self._masked(arguments)
        try:
            said = json.loads(arguments)
            masked = self._masked(said)
        except (ValueError, RecursionError):
            return self._mask(arguments)
        return arguments if masked is said else json.dumps(masked, ensure_ascii=False)

    def _masked(self, value: Any) -> Any:
        """A JSON value with its texts masked; a number that is personal becomes a text. The value itself, if none is."""
        match value:
            case str():
                return self._mask(value)
            case bool() | None:
                return value
            case int() | float():
                said = json.dumps(value)
                masked = self._mask(said)
                return value if masked is said else masked
            case list():
                return inside.unless_same(value, [self._masked(one) for one in value])
            case dict():
                changed = {self._mask(key): self._masked(one) for key, one in value.items()}
                return value if _are_same(value.items(), changed.items()) else changed
        return value

    def _mask(self, text: str) -> str:
        masked = text if self.lent.mask is None else self.lent.mask(text)[0]
        return text if masked == text else masked


def _are_same(pairs: Iterable[tuple[str, Any]], others: Iterable[tuple[str, Any]]) -> bool:
    said, masked = list(pairs), list(others)
    same_size = len(said) == len(masked)
    return same_size and all(a is c and b is d for (a, b), (c, d) in zip(said, masked, strict=True))


REMEDIES = (
    Remedy(
        "mask_personal_data",
        "Put placeholders in the place of personal data",
        ("personal_data", "secret"),
        MaskPersonalData,
        recommended=False,
        needs="mask",
    ),
)
