"""A text as a bag of features that works for Chinese and English alike: words, pairs, pieces of words, concepts."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from sandbox.lexicon import concepts

_WORDS = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]+")
_PIECE = 4
_CONCEPT_COUNTS_AS = 3
_MAX_CHARACTERS = 4_000


def bag(text: str) -> Counter[str]:
    features = Counter(_lexical(text[:_MAX_CHARACTERS].lower()))
    for concept in concepts(text[:_MAX_CHARACTERS]):
        features[f"={concept}"] += _CONCEPT_COUNTS_AS
    return features


def _lexical(text: str) -> Iterator[str]:
    words = _WORDS.findall(text)
    for word in words:
        if word.isascii():
            yield word
            yield from (f"~{word[at : at + _PIECE]}" for at in range(len(word) - _PIECE + 1))
        else:
            yield from word
            yield from (word[at : at + 2] for at in range(len(word) - 1))
    yield from (f"{one} {two}" for one, two in pairwise(words) if one.isascii() and two.isascii())


def weighted(features: Counter[str], rarity: dict[str, float]) -> dict[str, float]:
    """Damped counts times rarity, scaled to length one; features never seen before count nothing."""
    weights = {name: (1 + math.log(count)) * rarity[name] for name, count in features.items() if name in rarity}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {name: weight / length for name, weight in weights.items()}
