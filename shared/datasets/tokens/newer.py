"""Characters that the fast counter takes for letters and tiktoken does not know yet: those that Unicode 17 added.

Where one of them stands, a text may be cut at another place, and its tokens differ by one or so. The list was made by
counting every code point in several surroundings with both. `fast` lets tiktoken count texts that hold one.
"""

import re

import numpy as np
from numpy.typing import NDArray

_RANGES = (
    (0x017F, 0x017F),  # long s: an apostrophe before it makes a contraction to one of the two only
    *((0x088F, 0x088F), (0x0C5C, 0x0C5C), (0x0CDC, 0x0CDC), (0x1ACF, 0x1ADD), (0x1AE0, 0x1AEB)),
    *((0xA7CE, 0xA7CF), (0xA7D2, 0xA7D2), (0xA7D4, 0xA7D4), (0xA7F1, 0xA7F1)),
    *((0x10940, 0x10959), (0x10EC5, 0x10EC7), (0x10EFA, 0x10EFB), (0x11B60, 0x11B67)),
    *((0x11DB0, 0x11DDB), (0x11DE0, 0x11DE9), (0x16EA0, 0x16EB8), (0x16EBB, 0x16ED3)),
    *((0x16FF2, 0x16FF6), (0x187F8, 0x187FF), (0x18D09, 0x18D1E), (0x18D80, 0x18DF2)),
    *((0x1E6C0, 0x1E6DE), (0x1E6E0, 0x1E6F5), (0x1E6FE, 0x1E6FF)),
    *((0x2B73A, 0x2B73F), (0x2CEA2, 0x2CEAD), (0x323B0, 0x33479)),
)
_STARTS = np.array([start for start, _ in _RANGES])
_ENDS = np.array([end for _, end in _RANGES])
_ONE_OF_THEM = re.compile("[" + "".join(f"{chr(start)}-{chr(end)}" for start, end in _RANGES) + "]")

# The first bytes that their UTF-8 can have, with the number of bytes that belong together.
_LEADS = {0xC5: 2, 0xE0: 3, 0xE1: 3, 0xEA: 3, 0xF0: 4}


def has_newer(text: str) -> bool:
    return not text.isascii() and _ONE_OF_THEM.search(text) is not None


def any_newer(utf8: bytes) -> bool:
    """Whether there is one in a large text. Most texts have none of the leading bytes, which is seen at once."""
    return any(lead in utf8 and _any_after(np.frombuffer(utf8, np.uint8), lead) for lead in _LEADS)


def _any_after(octets: NDArray[np.uint8], lead: int) -> bool:
    length = _LEADS[lead]
    places = np.flatnonzero(octets == lead)
    code_points = np.full(len(places), lead & (0x7F >> length), np.int64)
    for step in range(1, length):
        code_points = code_points << 6 | octets[places + step] & 0x3F
    ranges = np.searchsorted(_STARTS, code_points, side="right") - 1
    return bool((code_points <= _ENDS[ranges])[ranges >= 0].any())
