"""A provider gets every line, in plain UTF-8."""

import hashlib
from io import BytesIO

import pytest

from shared.datasets import rewrite
from shared.datasets.rewrite import LineTooLongError, Rewritten, write_plain

MARK = b"\xef\xbb\xbf"
PLAIN = '{"a": "é"}\n{"b": 2}\n'.encode()


@pytest.mark.parametrize("source", [PLAIN, MARK + PLAIN, PLAIN.replace(b"\n", b"\r\n"), PLAIN[:-1], PLAIN + b"\n \n"])
def test_mark_and_line_ends_are_left_out(source: bytes) -> None:
    target = BytesIO()
    rewritten = write_plain(BytesIO(source), target)
    assert target.getvalue() == PLAIN
    assert (rewritten.lines, rewritten.size_bytes) == (2, len(PLAIN))
    assert rewritten.sha256 == hashlib.sha256(PLAIN).hexdigest()


def test_blank_lines_left_out_are_counted() -> None:
    written = write_plain(BytesIO(b"{}\n\n \n{}\n\n"), BytesIO())
    assert written == Rewritten(2, 3, 6, hashlib.sha256(b"{}\n{}\n").hexdigest())


def test_a_line_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "LONGEST_LINE_BYTES", 10)
    with pytest.raises(LineTooLongError, match="line 2"):
        write_plain(BytesIO(b"{}\n" + b"x" * 11 + b"\n"), BytesIO())
