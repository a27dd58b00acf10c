"""Where the observers found what, beyond all limits of what is kept one by one."""

from io import BytesIO

from shared.datasets.quality.flags import Flags, read_flags


def test_every_line_is_known_by_what_was_found_on_it() -> None:
    flags = Flags()
    for line in (7, 3, 7, 100_000):
        flags.add("secret", line)
    flags.add("refusal", 4)
    flags.add("labels_unbalanced", 0)
    file = BytesIO()
    flags.write(file)
    file.seek(0)
    found = read_flags(file)
    assert {code: list(lines) for code, lines in found.items()} == {"secret": [3, 7, 100_000], "refusal": [4]}
    assert 7 in found["secret"]
    assert 8 not in found["secret"]


def test_nothing_found_is_an_empty_file_that_can_be_read() -> None:
    file = BytesIO()
    Flags().write(file)
    file.seek(0)
    assert read_flags(file) == {}
