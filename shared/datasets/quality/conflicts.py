"""The same prompt with different answers. Two labels for one prompt contradict each other; two long answers may both be right.

In preferences it is the same two answers that are preferred once this way and once the other. Where nobody asked anything, and
among examples made of one line, answers differ on purpose; where images or calls stand beside the texts, prompts may differ that
look the same. Kept are 20 bytes an example.
"""

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.columns import NON_PREFERRED, USER
from shared.datasets.quality.observer import Placed
from shared.datasets.shapes import Shape

LONGEST_LABEL = 60  # characters
MOST_COMPARED = 2_000_000


class Conflicts:
    name = "conflicts"

    def __init__(self) -> None:
        self._prompts, self._answers, self._lines = array("Q"), array("Q"), array("I")
        self._short = bytearray()
        self._prompts_with_several = self._examples = 0

    def see(self, block: Block) -> tuple[Placed, ...]:
        if len(self._lines) >= MOST_COMPARED:
            return ()
        answered = _answered(block)
        places = [block.answer_places[example] or 0 for example in answered]
        said = [block.texts[place] for place in places]
        answers = block.text_digests[places]
        labels = [number for number, answer in enumerate(said) if len(answer) <= LONGEST_LABEL]
        answers[labels] = [_label_digest(said[number]) for number in labels]
        prompts = block.prompt_digests[answered]
        if block.shape is Shape.PREFERENCE:
            prompts ^= answers ^ _not_preferred(block)[answered]
        self._prompts.frombytes(prompts.tobytes())
        self._answers.frombytes(answers.tobytes())
        self._lines.extend([block.lines[example] for example in answered])
        self._short.extend([len(answer) <= LONGEST_LABEL for answer in said])
        return ()

    def conclude(self) -> Iterator[Placed]:
        prompts, lines = np.frombuffer(self._prompts, np.uint64), np.frombuffer(self._lines, np.uint32)
        order = np.argsort(prompts, kind="stable")  # so that each group begins with its first line
        ordered, answers = prompts[order], np.frombuffer(self._answers, np.uint64)[order]
        same = np.concatenate([[False], ordered[1:] == ordered[:-1]])[: len(ordered)]
        firsts = np.maximum.accumulate(np.where(same, 0, np.arange(len(ordered))))
        lines = lines[order]
        differs = np.flatnonzero((answers != answers[firsts]) & (lines != lines[firsts]))
        self._examples = len(differs)
        self._prompts_with_several = len(np.unique(firsts[differs]))
        for later, earlier in sorted(zip(order[differs].tolist(), order[firsts[differs]].tolist(), strict=True)):
            are_labels = self._short[later] and self._short[earlier]
            code = "conflicting_answers" if are_labels else "several_answers"
            yield (
                self._lines[later],
                found(code, "", f"line {self._lines[earlier]} answers the same prompt differently"),
            )

    def numbers(self) -> dict[str, Any]:
        """`examples` whose answer differs from the first one to the same prompt, and how many such prompts there are."""
        return {"prompts": self._prompts_with_several, "examples": self._examples}


def _answered(block: Block) -> list[int]:
    """The examples that are answered, and of which texts are all there is, after a user said something."""
    are_asked = np.array([role == USER for role in block.roles], bool)
    blank = [place for place, text in enumerate(block.texts) if not text or text.isspace()]
    are_asked[blank] = False
    asked = np.concatenate([np.zeros(1, np.int64), np.cumsum(are_asked)])
    ends = [start if at is None else at for start, at in zip(block.bounds.tolist(), block.answer_places, strict=False)]
    is_asked = asked[ends] > asked[block.bounds[:-1]]
    is_asked[list(block.beside)] = False
    answered: list[int] = np.flatnonzero(is_asked).tolist()
    return answered


def _not_preferred(block: Block) -> NDArray[np.uint64]:
    """A digest of the answer that each example does not prefer."""
    digests = np.zeros(len(block), np.uint64)
    for at, role in enumerate(block.roles):
        if role == NON_PREFERRED:
            text = block.texts[at]
            is_label = len(text) <= LONGEST_LABEL
            digests[block.example_of(at)] = _label_digest(text) if is_label else block.text_digests[at]
    return digests


def _label_digest(answer: str) -> int:
    # "Billing" and "billing " do not contradict each other.
    return xxhash.xxh3_64_intdigest(answer.strip().casefold().encode())
