"""In which languages the examples ask and answer: judged on a bounded sample, chosen by what examples say.

The script tells many languages, and frequent words tell English. For the rest a classifier loads its model (some 100 MB), so that
most files never need it.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import py3langid

from shared.datasets.findings import found
from shared.datasets.quality.block import Block
from shared.datasets.quality.observer import Placed

SAMPLE = 400  # examples
LONGEST_JUDGED = 600  # characters
FEWEST_LETTERS = 40
FEWEST_JUDGED = 20  # examples
NOTEWORTHY = 0.05  # of the sample
SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]"), 0.1),
    ("ko", re.compile("[\uac00-\ud7a3]"), 0.3),
    ("zh", re.compile("[\u3400-\u9fff]"), 0.3),
    ("th", re.compile("[\u0e00-\u0e7f]"), 0.3),
    ("he", re.compile("[\u0590-\u05ff]"), 0.3),
    ("el", re.compile("[\u0370-\u03ff]"), 0.5),
)
LETTER = re.compile(r"[^\W\d_]")
ENGLISH = re.compile(r"(?i)\b(?:the|and|of|to|is|you|that|for|with|are|this|how|what|it|in|have|be|was|your|can)\b")
NOT_ENGLISH = re.compile(r"(?i)\b(?:der|die|das|und|ist|les|des|est|que|los|una|il|di|een|het|och|jest|não|para)\b")
WORD = re.compile(r"[^\W\d_]+")
ENGLISH_WORDS = 0.08  # of all words
MOSTLY_LETTERS = 0.65
UNTOLD = "?"


class Languages:
    name = "languages"

    def __init__(self) -> None:
        self._sample: list[tuple[int, str, str]] = []  # a heap: least digest of all last out
        self._asked: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()

    def see(self, block: Block) -> tuple[Placed, ...]:
        for example in block.digests.argsort()[:SAMPLE].tolist():
            digest = -int(block.digests[example])
            if len(self._sample) == SAMPLE and digest <= self._sample[0][0]:
                break
            place, answer = block.answer_places[example], block.answers[example] or ""
            asked = block.texts[place - 1] if place else block.texts[int(block.bounds[example + 1]) - 1]
            entry = (digest, asked[:LONGEST_JUDGED], answer[:LONGEST_JUDGED])
            if len(self._sample) < SAMPLE:
                heapq.heappush(self._sample, entry)
            else:
                heapq.heapreplace(self._sample, entry)
        return ()

    def conclude(self) -> Iterator[Placed]:
        self._asked.update(_languages([asked for _, asked, _ in self._sample]))
        self._answered.update(_languages([answer for _, _, answer in self._sample]))
        judged = self._answered.total()
        several = [(code, times) for code, times in self._answered.most_common() if times > NOTEWORTHY * judged]
        if len(several) > 1 and judged >= FEWEST_JUDGED:
            shown = ", ".join(f"{code} {100 * times / judged:.0f} %" for code, times in several)
            yield 0, found("mixed_languages", "", f"answers in a sample of {judged}: {shown}")

    def numbers(self) -> dict[str, Any]:
        """How many of the `sampled` ask and answer in each language (ISO 639-1); texts too short to tell are left out."""
        return {
            "sampled": len(self._sample),
            "asked": dict(self._asked.most_common()),
            "answered": dict(self._answered.most_common()),
        }


def _languages(texts: list[str]) -> list[str]:
    """The languages of those texts that can be told. The classifier is asked only if much would remain untold without it."""
    told = [_by_script(text) for text in texts]
    untold = [text for text, code in zip(texts, told, strict=True) if code == UNTOLD]
    if len(untold) > NOTEWORTHY * len(texts):
        told += [_by_classifier(text) for text in untold]
    return [code for code in told if code and code != UNTOLD]


def language_of(text: str) -> str | None:
    """An ISO 639-1 code, or None where there are too few letters to tell."""
    code = _by_script(text)
    return _by_classifier(text) if code == UNTOLD else code


def _by_script(text: str) -> str | None:
    letters = len(LETTER.findall(text))
    for code, script, share in SCRIPTS:
        if letters and len(script.findall(text)) >= max(share * letters, 2):
            return code
    if letters < FEWEST_LETTERS:
        return None
    english = len(ENGLISH.findall(text))
    if english >= ENGLISH_WORDS * len(WORD.findall(text)) and english > 2 * len(NOT_ENGLISH.findall(text)):
        return "en"
    # What has few letters is code, or a table of numbers.
    return UNTOLD if letters >= MOSTLY_LETTERS * len(text) else None


def _by_classifier(text: str) -> str | None:
    code = str(py3langid.classify(text)[0])
    return None if code == "zxx" else code  # "no linguistic content"
