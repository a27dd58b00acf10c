"""The fast counter: many texts at once, outside Python's lock, and exactly as tiktoken counts them.

tiktoken is the authority. The fast counter is compared with it when a process first uses it, and on a sample of every
dataset; texts in which the two are known to differ are left to tiktoken. A counter that was wrong once is not asked again.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock

import numpy as np
import toktok
from numpy.typing import NDArray

from shared.datasets.tokens.counting import LONGEST_PIECE, LONGEST_REMEMBERED, REMEMBERED_TEXTS, count, cut
from shared.datasets.tokens.newer import any_newer, has_newer
from shared.datasets.tokens.vocabularies import Encoding

FAST, AUTHORITY = "toktok", "tiktoken"
THREADS = 1
"""In one call; `THREADS_AT_ONCE` may call."""
THREADS_AT_ONCE = 2
"""The fast counter remembers frequent words for each thread and encoding, in 16 MB each. It has memory for two, which goes on to
another thread when one ends; a third one counts without, at half the speed."""

# Of the texts of a dataset the first ones are compared, and from then on one in so many.
COMPARED_AT_FIRST = 50
COMPARED_ONE_IN = 1_000

HARD_TEXTS = (
    *(
        "",
        " ",
        "  \n\n \t",
        "\r\n\r\n",
        "a",
        "I've DON'T we'LL 'tis it''s",
        "camelCaseHTTPServer2000",
        "1234567890 3.14159",
    ),
    *(
        "<|endoftext|><|fim_prefix|>",
        "naïve café Straße ΑΒΓ Ижевск",
        "お誕生日おめでとう",
        "包裹还没有到。请查一下，谢谢！",
        "안녕하세요 세계",
    ),
    *(
        "مرحبا بالعالم",
        "नमस्ते दुनिया",
        "สวัสดีชาวโลก",
        "👩‍👩‍👧‍👦🏳️‍🌈 🇩🇪",
        "e\u0301 \u00a0\u2003\u3000\ufeff\u200b",
        "\u2028\u2029\x85\x0b\x0c\x1f\x7f",
    ),
    *(
        "-" * 300,
        "=" * 77 + "\n" + "#" * 50,
        "a" * 500,
        " " * 300 + "x",
        "\n" * 99,
        "\t\tif x:\n\t\t\treturn {'a': [1, 2]}  # why\n",
    ),
    *(
        "https://example.com/a?b=c&d=%20#e",
        "SELECT * FROM t WHERE a<>'b';--",
        '{"a": "\\u4f60", "b": [null, 1e-9]}',
        "ǅ ʰ ª Ⅷ ½ ² ٣",
    ),
)


class CounterDisagreesError(Exception):
    """The fast counter and tiktoken say different numbers of the same text: what it has counted so far is in doubt."""

    def __init__(self, encoding: Encoding, mismatches: int) -> None:
        super().__init__(f"{mismatches} texts of a sample have other counts with tiktoken, in {encoding}")
        self.encoding, self.mismatches = encoding, mismatches


class Counter:
    """Counts the texts of one dataset in one encoding, from any number of threads. Each text is thought of as coming once."""

    def __init__(self, encoding: Encoding, mismatches: int = 0) -> None:
        """`mismatches`: how often the fast counter was wrong about this dataset before; with any it is not asked."""
        self.encoding = encoding
        self.mismatches = mismatches or _mismatches_at_start(encoding)
        self._seen = 0
        self._seeing = Lock()
        self._remembered: dict[str, int] = {}

    def afresh(self, error: CounterDisagreesError) -> "Counter":
        """One for going through the dataset again, which trusts the fast counter no more where it erred."""
        return Counter(self.encoding, error.mismatches if error.encoding == self.encoding else self.mismatches)

    @property
    def name(self) -> str:
        return AUTHORITY if self.mismatches else FAST

    def count(self, texts: Sequence[str], utf8: bytes, recurring: Sequence[int] = ()) -> NDArray[np.int64]:
        """Tokens of each text. `utf8` holds at least all the characters that the texts hold, in any order.

        `recurring`: the places of texts that are likely to come again, as system messages do; they are counted once.
        Raises CounterDisagreesError. No text may hold half of a character.
        """
        if self.mismatches:
            return _by_authority(texts, self.encoding)
        counts = self._counted(texts, recurring)
        if any_newer(utf8):
            _recount_newer(texts, counts, self.encoding)
        self._compare(texts, counts)
        return counts

    def _counted(self, texts: Sequence[str], recurring: Sequence[int]) -> NDArray[np.int64]:
        others = list(texts)
        for place in recurring:
            others[place] = ""
        counts = _counted(others, self.encoding)
        counts[list(recurring)] = self._counted_once([texts[place] for place in recurring])
        return counts

    def _counted_once(self, texts: Sequence[str]) -> list[int]:
        new = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        counted = dict(zip(new, _counted(new, self.encoding).tolist(), strict=True))
        room = max(0, REMEMBERED_TEXTS - len(self._remembered))
        worth = [text for text in new if len(text) <= LONGEST_REMEMBERED][:room]
        self._remembered.update({text: counted[text] for text in worth})
        known = self._remembered | counted
        return [known[text] for text in texts]

    def _compare(self, texts: Sequence[str], counts: NDArray[np.int64]) -> None:
        with self._seeing:
            sample = list(self._sample(len(texts)))
            self._seen += len(texts)
        truth = _by_authority([texts[place] for place in sample], self.encoding)
        mismatches = int((truth != counts[sample]).sum())
        if mismatches:
            raise CounterDisagreesError(self.encoding, mismatches)

    def _sample(self, texts: int) -> Iterator[int]:
        first = min(texts, max(0, COMPARED_AT_FIRST - self._seen))
        yield from range(first)
        yield from (place for place in range(-self._seen % COMPARED_ONE_IN, texts, COMPARED_ONE_IN) if place >= first)


@cache
def _mismatches_at_start(encoding: Encoding) -> int:
    # In a thread that ends: what lasts would keep the fast counter's memory for itself.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(_mismatches, encoding).result()


def _mismatches(encoding: Encoding) -> int:
    # The authority first: loading it takes more memory than it keeps, and the fast counter then has what it gave back.
    truth = _by_authority(HARD_TEXTS, encoding)
    return int((truth != _counted(HARD_TEXTS, encoding)).sum())


def _by_authority(texts: Sequence[str], encoding: Encoding) -> NDArray[np.int64]:
    return np.fromiter((count(text, encoding) for text in texts), np.int64, len(texts))


def _counted(texts: Sequence[str], encoding: Encoding) -> NDArray[np.int64]:
    if max(map(len, texts), default=0) <= LONGEST_PIECE:
        return np.array(toktok.batch_count(texts, encoding.value, THREADS), np.int64)
    # Cut where the authority cuts, so that both count the same pieces.
    pieces = [list(cut(text)) for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(of_text) for of_text in pieces])
    counts = toktok.batch_count([piece for of_text in pieces for piece in of_text], encoding.value, THREADS)
    return np.bincount(owners, counts, len(texts)).astype(np.int64)


def _recount_newer(texts: Sequence[str], counts: NDArray[np.int64], encoding: Encoding) -> None:
    for place, text in enumerate(texts):
        if has_newer(text):
            counts[place] = count(text, encoding)
