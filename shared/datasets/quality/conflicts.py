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

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.columns import NON_PREFERRED, USER
from shared.datasets.quality.observer import Placed
from shared.datasets.shapes import Shape

_digest = xxhash.xxh3_64_intdigest

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
        every_answer, every_prompt = block.answers, block.prompts
        places = zip(block.bounds.tolist(), block.answer_places, strict=False)  # there is one bound more
        answered = [
            number
            for number, (start, at) in enumerate(places)
            if at is not None and _is_asked(block, start, at) and block.is_of_texts(number)
        ]
        said = [every_answer[example] or "" for example in answered]
        answers = [_answer_digest(answer) for answer in said]
        prompts = [_digest(every_prompt[example].encode()) for example in answered]
        if block.shape is Shape.PREFERENCE:
            others = _not_preferred(block)
            pairs = zip(prompts, answers, [others[example] for example in answered], strict=True)
            prompts = [prompt ^ answer ^ other for prompt, answer, other in pairs]
        self._prompts.extend(prompts)
        self._answers.extend(answers)
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


def _is_asked(block: Block, start: int, answer: int) -> bool:
    """Whether a user says something in the texts from `start` up to the answer's place."""
    return any(block.roles[at] == USER and block.texts[at].strip() for at in range(answer - 1, start - 1, -1))


def _not_preferred(block: Block) -> list[int]:
    texts = {block.example_of(at): block.texts[at] for at, role in enumerate(block.roles) if role == NON_PREFERRED}
    return [_answer_digest(texts.get(example, "")) for example in range(len(block))]


def _answer_digest(answer: str) -> int:
    # "Billing" and "billing " do not contradict each other.
    return _digest((answer.strip().casefold() if len(answer) <= LONGEST_LABEL else answer).encode())
