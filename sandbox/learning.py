"""How a tuned model comes by its answers: it looks up the training examples most like the question. This is retrieval.

No weights are trained. What it shares with a real fine-tune is what an evaluation needs to see: it gets better with
examples that show the task, learns nothing from examples of something else, and repeats what bad examples taught it.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from sandbox import adapting
from sandbox.examples import Example
from sandbox.features import bag, weighted

# Beyond this many the index would take seconds to build and answers would hardly change.
_MAX_INDEXED = 2_000
_NEIGHBOURS = 9
_SHARPNESS = 3
_MIN_SIMILARITY = 0.06
_MIN_DISTINCT = 8
_MIN_GAIN_OVER_CHANCE = 0.2
_PROBED = 60


@dataclass(frozen=True, slots=True)
class Learnt:
    """An answer taken from the examples; `tool_calls` when that is what the nearest one did."""

    text: str
    tool_calls: tuple[dict[str, object], ...] = ()


class Learner:
    def __init__(self, examples: list[Example]) -> None:
        self.examples = examples
        stride = max(1, math.ceil(len(examples) / _MAX_INDEXED))
        self._indexed = examples[::stride]
        self._rarity: dict[str, float] = {}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._build()
        answers = Counter(example.answer for example in self._indexed)
        self._is_labelling = len(answers) <= max(2, len(self._indexed) // 3)
        self.learnability = self._measure()
        self._teaches = self._has_variety() and (not self._is_labelling or self._beats_chance(answers))

    def answer(self, prompt: str) -> Learnt | None:
        """None when the examples have nothing to say about this prompt: then the base model's habits remain."""
        return self._answer(prompt, without=None) if self._teaches else None

    def _has_variety(self) -> bool:
        return len({(example.prompt, example.answer) for example in self._indexed}) >= _MIN_DISTINCT

    def _beats_chance(self, answers: Counter[str]) -> bool:
        """Labels that the other examples do not foretell are noise: a model takes no habit from them."""
        chance = sum((count / answers.total()) ** 2 for count in answers.values())
        return self.learnability > chance + (1 - chance) * _MIN_GAIN_OVER_CHANCE or len(answers) == 1

    def _build(self) -> None:
        bags = [bag(example.prompt) for example in self._indexed]
        seen_in = Counter(name for features in bags for name in features)
        self._rarity = {name: math.log(1 + len(bags) / seen) for name, seen in seen_in.items()}
        for number, features in enumerate(bags):
            for name, weight in weighted(features, self._rarity).items():
                self._postings[name].append((number, weight))

    def _answer(self, prompt: str, without: int | None) -> Learnt | None:
        near = self._nearest(prompt, without)
        if not near or near[0][1] < _MIN_SIMILARITY:
            return None
        if self._is_labelling:
            return Learnt(self._vote(near))
        best = self._indexed[near[0][0]]
        neighbours = [(self._indexed[number], score) for number, score in near]
        return Learnt(adapting.adapt(prompt, neighbours), best.tool_calls)

    def _nearest(self, prompt: str, without: int | None) -> list[tuple[int, float]]:
        scores: dict[int, float] = defaultdict(float)
        for name, weight in weighted(bag(prompt), self._rarity).items():
            for number, other in self._postings[name]:
                scores[number] += weight * other
        if without is not None:
            scores.pop(without, None)
        return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[
            : None if self._is_labelling else _NEIGHBOURS
        ]

    def _vote(self, near: list[tuple[int, float]]) -> str:
        votes: dict[str, float] = defaultdict(float)
        for number, score in near:
            votes[self._indexed[number].answer] += score**_SHARPNESS
        return max(votes, key=lambda answer: (votes[answer], answer))

    def _measure(self) -> float:
        """Leave one out: how much of each probed answer the others would have given."""
        stride = max(1, len(self._indexed) // _PROBED)
        probed = range(0, len(self._indexed), stride)
        shares = []
        for number in probed:
            example = self._indexed[number]
            guess = self._answer(example.prompt, without=number)
            shares.append(_overlap(guess.text if guess else "", example.answer))
        return sum(shares) / len(shares)


def _overlap(guess: str, answer: str) -> float:
    if guess == answer:
        return 1.0
    one, two = Counter(guess.split()), Counter(answer.split())
    common = sum((one & two).values())
    return 2 * common / (sum(one.values()) + sum(two.values()) or 1)
