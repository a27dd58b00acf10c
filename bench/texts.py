"""Texts for measurements: English, Chinese, code and emoji, the same for the same seed.

What is replicated: sentences are made from frames, and the frames and the vocabulary (`vocabulary.json`: some 9,000 word forms,
most of them made up, and 186 Chinese characters) come again and again. Numbers, names, the choice and the order of words are
drawn anew each time, so that no two texts are equal. A counter that remembers words is favoured by that; `--file` measures
with text of one's own.
"""

import json
from pathlib import Path
from random import Random

_VOCABULARY = json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
SYLLABLES, WORDS, EMOJI = (_VOCABULARY[kind].split() for kind in ("syllables", "words", "emoji"))
CHINESE, CODE = _VOCABULARY["chinese"], _VOCABULARY["code"]


class Author:
    """Writes texts. Each call gives another one."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        rare = {"".join(self._random.choices(SYLLABLES, k=self._random.randint(2, 4))) for _ in range(9_000)}
        self._rare = sorted(rare)

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def english(self, words: int) -> str:
        drawn = self._random.choices(WORDS, k=words)
        for _ in range(words // 8):
            drawn[self._random.randrange(words)] = self._rare[int(len(self._rare) * self._random.random() ** 3)]
        for place in range(7, words, 11):
            drawn[place] = drawn[place] + self._random.choice((". The", ",", ".", "?\n\nIt", "'s", " (see", ":"))
        if words > 12:
            drawn[-3] = f"#{self._random.randrange(10**8)}"
        return " ".join(drawn).capitalize() + "."

    def chinese(self, characters: int) -> str:
        drawn = self._random.choices(CHINESE, k=characters)
        for place in range(9, characters, 13):
            drawn[place] = self._random.choice("，。！？、；")
        return "".join(drawn) + f"{self._random.randrange(10**7)}。"

    def code(self, statements: int) -> str:
        def name() -> str:
            return self._random.choice(self._rare) if self.chance(0.4) else self._random.choice(WORDS)

        return "".join(
            self._random.choice(CODE).format(
                a=name(), b=name(), c=name(), d=name(), e=name(), n=self._random.randrange(100_000)
            )
            for _ in range(statements)
        )

    def emoji(self) -> str:
        return " " + "".join(self._random.choices(EMOJI, k=self._random.randint(1, 3)))

    def length(self, usual: int) -> int:
        """Mostly near the usual, sometimes several times as long."""
        return max(1, int(self._random.lognormvariate(0, 0.6) * usual))
