"""Fingerprints of a dataset: a small record for each example, by which versions are compared without their text.

A record says the example's line in the source, a digest of the whole example, one of its prompt (everything but the last
answer) and its tokens. The digests are of a canonical form: neither the order of keys nor the escapes of a text count.
They are no secrets and no proof against forgery: whoever wants two examples to collide can make them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray
from xxhash import xxh3_64

from shared.datasets.shapes import Shape

Example = Mapping[str, Any]

RECORD = np.dtype([("line", "<u4"), ("example", "<u8"), ("prompt", "<u8"), ("tokens", "<u4")])
MAGIC = b"TWPRINT1"
"""The first bytes of a file of fingerprints; its records follow, 24 bytes each, without gaps."""
LARGEST = 2**32 - 1

_CANONICAL = msgspec.json.Encoder(order="sorted")
# No text of compact JSON holds a raw line end, so two pieces can be told apart wherever the border lies.
_BORDER = b"\n"


class PrintsAreBrokenError(ValueError):
    """What was read is not a file of fingerprints, or not the whole of one."""


class Fingerprint(NamedTuple):
    """Two digests of 64 bits: of thirty million files with a million examples each, about one has a false match by chance."""

    example: int
    prompt: int


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8. Raises UnicodeEncodeError for half a character."""
    return _CANONICAL.encode(value)


def fingerprint(example: Example, shape: Shape) -> Fingerprint:
    """The digests of a well-formed example. Equal prompts are equal across shapes, but for completions."""
    prompt, answer = parted(example, shape)
    digest = xxh3_64(canonical(prompt))
    of_prompt = digest.intdigest()
    digest.update(_BORDER + canonical(answer))
    return Fingerprint(digest.intdigest(), of_prompt)


def parted(example: Example, shape: Shape) -> tuple[Example, object]:
    """The example as its prompt and the rest, which together hold all of it."""
    match shape:
        case Shape.CHAT:
            return _parted_chat(example)
        case Shape.PREFERENCE:
            return example["input"], _without(example, "input")
        case Shape.REINFORCEMENT:
            prompt = {key: example[key] for key in ("messages", "tools") if key in example}
            return prompt, _without(example, *prompt)
        case Shape.COMPLETION:
            return {"prompt": example["prompt"]}, _without(example, "prompt")


def _parted_chat(example: Example) -> tuple[Example, object]:
    messages = example["messages"]
    answers = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    last = answers[-1] if answers else len(messages)
    return {**example, "messages": messages[:last]}, messages[last:]


def _without(example: Example, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in example.items() if key not in keys}


class Writable(Protocol):
    def write(self, content: bytes, /) -> object: ...


class PrintsWriter:
    """Writes fingerprints to a file, block by block, in the order of the examples."""

    def __init__(self, target: Writable) -> None:
        self._target = target
        target.write(MAGIC)

    def add(self, lines: ArrayLike, examples: ArrayLike, prompts: ArrayLike, tokens: ArrayLike) -> None:
        """One column for each field of the record, all of one length.

        A number over 32 bits in `lines` or `tokens` is written as the largest that fits.
        """
        given = np.asarray(lines)
        records = np.empty(len(given), RECORD)
        records["line"] = np.minimum(given, LARGEST)
        records["example"] = np.asarray(examples, np.uint64)
        records["prompt"] = np.asarray(prompts, np.uint64)
        records["tokens"] = np.minimum(np.asarray(tokens), LARGEST)
        self._target.write(records.tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """The fingerprints of one dataset, in the order of its examples: 24 bytes of memory each."""

    records: NDArray[np.void]

    @classmethod
    def read(cls, source: BinaryIO) -> "Prints":
        """Raises PrintsAreBrokenError."""
        content = source.read()
        if not content.startswith(MAGIC):
            raise PrintsAreBrokenError("this is not a file of fingerprints")
        if (len(content) - len(MAGIC)) % RECORD.itemsize:
            raise PrintsAreBrokenError("the file of fingerprints was cut off")
        return cls(np.frombuffer(content, RECORD, offset=len(MAGIC)))

    def __len__(self) -> int:
        return len(self.records)

    @property
    def lines(self) -> NDArray[np.uint32]:
        return self.records["line"]

    @property
    def examples(self) -> NDArray[np.uint64]:
        return self.records["example"]

    @property
    def prompts(self) -> NDArray[np.uint64]:
        return self.records["prompt"]

    @property
    def tokens(self) -> int:
        """Of all examples together."""
        return int(self.records["tokens"].sum(dtype=np.uint64))
