"""Lines are read strictly, one at a time, and each finding says where."""

from io import BytesIO

import pytest
from typing_extensions import override

from shared.datasets.reading.jsonl import Line, read_lines
from tests.datasets.files import good_line


def read(content: bytes, longest_bytes: int = 1_000) -> list[tuple[int, bool, list[str]]]:
    lines = read_lines(BytesIO(content), longest_bytes)
    return [(line.number, line.row is not None, [finding.code for finding in line.findings]) for line in lines]


def test_lines_know_their_place() -> None:
    lines = list(read_lines(BytesIO(b'{"a":1}\n\n{"b":2}\r\n{"c":3}')))
    places = [(line.number, line.offset, line.size_bytes) for line in lines if not line.is_blank]
    assert places == [(1, 0, 8), (3, 9, 9), (4, 18, 7)]
    assert [line.row for line in lines] == [{"a": 1}, None, {"b": 2}, {"c": 3}]


def test_a_last_line_needs_no_line_end() -> None:
    assert read(b'{"a":1}') == read(b'{"a":1}\n') == [(1, True, [])]


def test_a_blank_line_inside_is_a_fault_and_blank_lines_at_the_end_are_one() -> None:
    assert read(b'{"a":1}\n\n \t\n{"b":2}\n\n\n\n') == [
        (1, True, []),
        (2, False, ["blank_line"]),
        (3, False, ["blank_line"]),
        (4, True, []),
        (5, False, ["trailing_blank_lines"]),
    ]


def test_a_byte_order_mark_is_noted_only_at_the_start() -> None:
    mark = b"\xef\xbb\xbf"
    assert read(mark + b'{"a":1}\n{"b":2}\n') == [(1, True, ["byte_order_mark"]), (2, True, [])]
    assert read(b'{"a":1}\n' + mark + b'{"b":2}\n') == [(1, True, []), (2, False, ["invisible_character"])]


def test_windows_line_ends_are_noted_once() -> None:
    assert read(b'{"a":1}\n{"b":2}\r\n{"c":3}\r\n') == [(1, True, []), (2, True, ["crlf_line_endings"]), (3, True, [])]


def test_bytes_that_are_not_utf8_are_named_by_their_place() -> None:
    (line,) = read_lines(BytesIO(b'{"a":"\xe9"}\n'))
    (finding,) = line.findings
    assert finding.code == "not_utf8"
    assert "byte 7 of the line (0xe9)" in finding.message


@pytest.mark.parametrize(
    "surrogate", [b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"], ids=["surrogate", "overlong", "beyond"]
)
def test_bytes_that_only_look_like_utf8_are_refused(surrogate: bytes) -> None:
    assert read(b'{"a":"' + surrogate + b'"}\n') == [(1, False, ["not_utf8"])]


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"PAR1", '{"a":1}'.encode("utf-16"), b"\xfe\xff\0{"]
)
def test_another_kind_of_file_is_named_and_not_read_on(start: bytes) -> None:
    assert read(start + b"\n{}\n{}\n") == [(1, False, ["not_a_text_file"])]


def test_a_fault_points_at_its_column() -> None:
    (line,) = read_lines(BytesIO('{"é": x}'.encode()))
    (finding,) = line.findings
    assert finding.message.endswith("at column 7")
    assert finding.excerpt == '{"é": x}'


def test_a_line_too_long_is_refused_and_the_next_one_read() -> None:
    at_the_limit = b'{"a":"' + b"x" * 92 + b'"}'
    assert len(at_the_limit) == 100
    assert read(at_the_limit + b"\n{}\n", 100) == [(1, True, []), (2, True, [])]
    over = b'{"a":"' + b"x" * 93 + b'"}'
    assert read(over + b"\n{}\n", 100) == [(1, False, ["line_too_long"]), (2, True, [])]
    assert read(over, 100) == [(1, False, ["line_too_long"])]


def test_of_an_endless_line_little_is_held() -> None:
    class Endless(BytesIO):
        """Gives a gigabyte without a line end, and notes the most that was asked for at once."""

        left = 1_000_000_000
        most = 0

        @override
        def readline(self, size: int | None = -1, /) -> bytes:
            asked = self.left if size is None or size < 0 else min(size, self.left)
            self.most = max(self.most, asked)
            self.left -= asked
            return bytes(asked)

    stream = Endless()
    (line,) = read_lines(stream, 1_000_000)
    assert [finding.code for finding in line.findings] == ["line_too_long"]
    assert line.size_bytes == 1_000_000_000
    assert stream.most == 1_000_001


def test_endless_nesting_is_refused() -> None:
    nested = b"[" * 100_000
    assert read(nested + b"\n", 200_000) == [(1, False, ["nested_too_deep"])]
    assert read(b'{"a":' * 60 + b"1" + b"}" * 60 + b"\n") == [(1, True, [])]


def test_a_good_line_is_the_object_it_says() -> None:
    (line,) = read_lines(BytesIO(good_line(7).encode()))
    assert isinstance(line, Line)
    assert line.row is not None
    assert line.row["messages"][1] == {"role": "user", "content": "Where is parcel 7?"}


def test_a_line_of_countless_values_is_not_taken_apart() -> None:
    most = b'{"a":[' + b"0," * 250_000 + b"0]}"
    assert read(most, 1_000_000) == [(1, True, [])]
    assert read(most.replace(b"0]", b"0,0]"), 1_000_000) == [(1, False, ["too_many_values"])]
