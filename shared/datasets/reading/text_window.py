"""A text that is decoded as it is read: what was gone past is forgotten, and its place in the file is counted along.

For containers that are not made of lines. It holds what has been looked at and not yet gone past, whatever the size of the file.
"""

import codecs
import re
from typing import BinaryIO

from shared.datasets.findings import Finding, found
from shared.datasets.personal.pieces import piece
from shared.datasets.reading.encodings import Encoding

PIECE_BYTES = 256 * 1024

_BAD_UTF_8 = re.compile("[\udc80-\udcff]")


class TextWindow:
    """`text` from `at` on is what comes next; `number` and `offset` are the line and the byte at which it stands."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        self._stream = stream
        self._encoding = encoding
        # Bytes that are no UTF-8 stay what they are, so that each element knows whether it has such.
        self._errors = "surrogateescape" if encoding is Encoding.UTF_8 else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding.codec)(self._errors)
        self._is_over = False
        self.text = ""
        self.at = 0
        self.number = 1
        self.offset = 0
        if self.more() and self.text.startswith("\ufeff"):
            self.go_to(1)

    def more(self) -> bool:
        """Reads another piece; positions in the text count from the present place afterwards. False at the end."""
        if self._is_over:
            return False
        piece = self._stream.read(PIECE_BYTES)
        self._is_over = not piece
        self.text = self.text[self.at :] + self._decoder.decode(piece, final=self._is_over)
        self.at = 0
        return True

    def go_to(self, position: int) -> None:
        passed = self.text[self.at : position]
        self.number += passed.count("\n")
        self.offset += len(passed.encode(self._encoding.codec, self._errors))
        self.at = position

    def size_bytes(self, text: str) -> int:
        return len(text.encode(self._encoding.codec, self._errors))

    def undecodable(self, text: str) -> Finding | None:
        """The finding for a text in which there are bytes that could not be decoded."""
        if self._encoding is Encoding.UTF_8:
            bad = _BAD_UTF_8.search(text)
            if bad:
                byte = ord(bad[0]) - 0xDC00
                where = f"character {bad.start() + 1} of the element (0x{byte:02x}) is not UTF-8"
                return found("not_utf8", "", where, piece(text, max(0, bad.start() - 40), bad.start() + 40))
        elif "\ufffd" in text:
            where = f"character {text.index(chr(0xFFFD)) + 1} of the element is not {self._encoding.value}"
            return found("undecodable", "", where, text)
        return None
