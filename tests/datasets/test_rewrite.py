"""Each provider gets the form it wants, and every line."""

import hashlib
from io import BytesIO

import pytest

from shared.datasets import rewrite
from shared.datasets.rewrite import LineTooLongError, Rewritten, write_for_azure, write_for_openai

MARK = b"\xef\xbb\xbf"
PLAIN = '{"a": "é"}\n{"b": 2}\n'.encode()


@pytest.mark.parametrize("source", [PLAIN, MARK + PLAIN, PLAIN.replace(b"\n", b"\r\n"), PLAIN[:-1], PLAIN + b"\n \n"])
def test_openai_gets_no_mark_and_azure_gets_one(source: bytes) -> None:
    for write, expected in [(write_for_openai, PLAIN), (write_for_azure, MARK + PLAIN)]:
        target = BytesIO()
        rewritten = write(BytesIO(source), target)
        assert target.getvalue() == expected
        assert (rewritten.lines, rewritten.size_bytes) == (2, len(expected))
        assert rewritten.sha256 == hashlib.sha256(expected).hexdigest()


def test_blank_lines_left_out_are_counted() -> None:
    written = write_for_openai(BytesIO(b"{}\n\n \n{}\n\n"), BytesIO())
    assert written == Rewritten(2, 3, 6, hashlib.sha256(b"{}\n{}\n").hexdigest())


def test_a_line_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "LONGEST_LINE_BYTES", 10)
    with pytest.raises(LineTooLongError, match="line 2"):
        write_for_openai(BytesIO(b"{}\n" + b"x" * 11 + b"\n"), BytesIO())
