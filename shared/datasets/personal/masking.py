"""Puts placeholders in the places of personal data and secrets.

The same value has the same placeholder throughout one example, so that a conversation still makes sense:
"Is [PHONE_1] your number?" "No, [PHONE_2]."
"""

from collections import Counter

from shared.datasets.personal.scan import scan

PLAIN = "[{kind}]"
NUMBERED = "[{kind}_{number}]"
NOT_MASKED = frozenset(("ip_address",))  # codes of findings: addresses of machines mostly are no persons'


class Masking:
    """Masks the texts of one example. A template may hold `{kind}` and `{number}`; counts are of places, by kind."""

    def __init__(self, template: str = PLAIN) -> None:
        template.format(
            kind="", number=1
        )  # refused now (KeyError, ValueError, IndexError), not in the middle of a file
        self._template = template
        self._numbers: dict[tuple[str, bytes], int] = {}
        self._of_kind: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def mask(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        pieces, reached = [], 0
        for kind, start, end in scan(data):
            if kind.code not in NOT_MASKED:
                pieces += [data[reached:start], self._placeholder(kind.name, data[start:end]).encode()]
                reached = end
        return b"".join([*pieces, data[reached:]]).decode("utf-8", "surrogatepass")

    def _placeholder(self, kind: str, value: bytes) -> str:
        self.counts[kind] += 1
        if (kind, value) not in self._numbers:
            self._of_kind[kind] += 1
            self._numbers[kind, value] = self._of_kind[kind]
        return self._template.format(kind=kind, number=self._numbers[kind, value])


def mask(text: str, template: str = PLAIN) -> tuple[str, dict[str, int]]:
    """The text with placeholders, and how many of each kind. Masking twice changes nothing."""
    masking = Masking(template)
    return masking.mask(text), dict(masking.counts)
