"""The work of a remedy on one file: example after example, and for some a first look at them all.

The classes here say on what a remedy works: whole lines, examples, lists of messages, messages, or texts. One contract
holds for all of them: whoever has nothing to mend returns the very object that it was given. Equality would not do, since
in Python `True`, `1` and `1.0` are equal, and providers tell them apart.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, ClassVar, Final, Literal, Protocol

import msgspec
from typing_extensions import override

from shared.datasets.findings import Finding, Severity
from shared.datasets.remedies import inside
from shared.datasets.remedies.inside import Message, Place, Row
from shared.datasets.remedies.plain import BETWEEN
from shared.datasets.remedies.recipe import Recipe
from shared.datasets.shapes import Shape

_IN_ORDER = msgspec.json.Encoder(order="sorted")

AROUND: Final = 200
"""Tokens that may stand around what an example or a message says, beyond the signs that JSON has for them."""
LONGEST_CHARACTER: Final = 4
"""Bytes; no token has less than one."""

COUNTED: Final = "o200k_base"
"""In which encoding tokens are counted, unless another is asked for: that of the models which are trained today."""


class Mended(Protocol):
    """What a lenient parser made of a text."""

    @property
    def value(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One line of a dataset: the example, or the text of the line where reading it found an error.

    Whoever makes these leaves out the row of a line with a key twice or with half a character: its row hides the fault.
    """

    line: int  # counted from 1, in the file as it was uploaded
    row: Row | None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Lent:
    """What other parts of the package do for remedies. A remedy that needs what is not lent is not offered."""

    check: Callable[[Row], Iterable[Finding]] | None = None  # the rules for the file's shape
    mend: Callable[[str], Mended | None] | None = None  # JSON as people paste it
    shape: Callable[[Row], Collection[Row]] | None = (
        None  # the examples of a row as the file has it; none if it is faulty
    )
    mask: Callable[[str], tuple[str, Mapping[str, int]]] | None = (
        None  # the text, and how many of each kind were masked
    )
    count_tokens: Callable[[Row, str], int] | None = None  # of one well-formed example, in a named encoding
    most_tokens: int = 0  # as COUNTED, in an example, of the model that takes most; 0: not known
    convert: Callable[[Row], Iterable[Row]] | None = None  # into another shape, when all else is done
    lines: Mapping[str, Collection[int]] = field(default_factory=dict)  # by code: lines with that finding


class Mending:
    """Subclasses are dataclasses whose fields are the remedy's parameters; what they note down is set by `begin`."""

    learns: ClassVar[bool] = False  # wants to see every example before the first is mended
    minds_form_only: ClassVar[bool] = False  # has nothing to do where an example is plain (`plain`)
    file_begins_with: ClassVar[bytes] = b""
    shape: Shape
    lent: Lent

    def begin(self, shape: Shape, lent: Lent) -> None:
        self.shape, self.lent = shape, lent

    def learn(self, row: Row) -> None:
        """An example, as the remedies before this one leave it."""

    def is_idle(self, _said: str, /) -> bool:
        """Whether it surely has nothing to do with a plain example whose texts these are (`plain`). What learns never is."""
        return self.minds_form_only

    def mend(self, source: SourceRow) -> SourceRow | None:
        """The line as it shall be; None if it shall go."""
        if source.row is None:
            return source
        row = self.mend_row(source.row)
        if row is source.row:
            return source
        return None if row is None else replace(source, row=row)

    def mend_row(self, row: Row) -> Row | None:
        return row

    def keeps_the_rules(self, row: Row) -> bool:
        """Whether nothing is wrong with an example by the rules of its shape; where there are no rules, all is right."""
        found = () if self.lent.check is None else self.lent.check(row)
        return all(finding.severity is not Severity.ERROR for finding in found)

    def recipe(self) -> Recipe:
        """What inference must do from now on. Asked for when the whole file has been learnt."""
        return Recipe()

    def settled(self) -> dict[str, Any]:
        """The parameters in use: those given, and those that were found by looking at the file."""
        return {name: getattr(self, name) for name in self.parameter_names()}

    @classmethod
    def parameter_names(cls) -> tuple[str, ...]:
        assert is_dataclass(cls)
        return tuple(parameter.name for parameter in fields(cls))


@dataclass
class LengthMending(Mending):
    """Works on examples of more tokens than a model takes. Faulty examples stay: their tokens cannot be counted."""

    most_tokens: int = 0
    encoding: Literal["o200k_base", "cl100k_base"] = COUNTED

    @override
    def begin(self, shape: Shape, lent: Lent) -> None:
        super().begin(shape, lent)
        if self.encoding == COUNTED:
            self.most_tokens = self.most_tokens or lent.most_tokens

    @override
    def is_idle(self, said: str, /) -> bool:
        return LONGEST_CHARACTER * len(said) + AROUND * (said.count(BETWEEN) + 1) <= self.most_tokens

    def is_over(self, row: Row) -> bool:
        count = self.lent.count_tokens
        if count is None or not _may_have_more_than(self.most_tokens, row) or not self.keeps_the_rules(row):
            return False
        return count(row, self.encoding) > self.most_tokens


class ListMending(Mending):
    """Works on each list of messages of an example."""

    minds_form_only: ClassVar[bool] = True

    @override
    def mend_row(self, row: Row) -> Row | None:
        return inside.change_lists(row, self.shape, self.mend_list)

    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        raise NotImplementedError


class MessageMending(ListMending):
    """Works on each message that is an object, whatever stands beside it."""

    @override
    def mend_list(self, messages: list[Any], place: Place) -> list[Any]:
        mended = [self.mend_message(message) if isinstance(message, dict) else message for message in messages]
        return inside.unless_same(messages, mended)

    def mend_message(self, message: Message) -> Message:
        raise NotImplementedError


class TextMending(Mending):
    """Works on each text that is said: contents of messages and their text parts, prompts and completions."""

    @override
    def mend_row(self, row: Row) -> Row | None:
        return inside.change_texts(row, self.shape, self._unless_equal)

    def _unless_equal(self, text: str) -> str:
        mended = self.mend_text(text)
        return text if mended == text else mended

    def mend_text(self, text: str) -> str:
        raise NotImplementedError


def _may_have_more_than(tokens: int, row: Row) -> bool:
    """Counting takes long, and a token is a byte at least: what is written in fewer bytes need not be counted."""
    written = written_in_order(row)
    return len(written) + AROUND > tokens or b'"image_url"' in written  # an address is short, and an image is not


def written_in_order(value: object) -> bytes:
    """A value's JSON, without regard to the order of keys; of any two values that differ, it differs."""
    try:
        written = _IN_ORDER.encode(value)
    except (UnicodeEncodeError, OverflowError, RecursionError):  # half a character; a number of more than 64 bits
        written = b"null"
    # Written so fast, what is no number is null.
    if b"null" in written:
        written = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return written
