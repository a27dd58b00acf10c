"""Copies with a few words changed are found; different texts of one template are not."""

import random
from io import BytesIO

import numpy as np

from shared.datasets.quality.likeness import Sketchbook, likenesses_between
from shared.datasets.quality.near_duplicates import NearDuplicates
from tests.datasets.quality.looking import Row, block, chat, codes, seen

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
HANZI = [chr(code) for code in range(0x4E00, 0x5800)]


def words(number: int, rng: random.Random) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(number)]


def edited(text: str, rng: random.Random) -> str:
    """Three characters of a hundred replaced."""
    letters = list(text)
    for at in rng.sample(range(len(letters)), max(1, len(letters) * 3 // 100)):
        letters[at] = rng.choice("abcdefgh")
    return "".join(letters)


def asked_and_answered(row: Row) -> tuple[str, str]:
    asked, answered = (message["content"] for message in row["messages"][-2:])
    return asked, answered


def test_copies_with_three_percent_of_their_characters_changed_are_found() -> None:
    rng = random.Random(1)
    rows = [chat(" ".join(words(40, rng)), " ".join(words(40, rng))) for _ in range(400)]
    copies = [chat(*(edited(text, rng) for text in asked_and_answered(row))) for row in rows[:100]]
    found = {line: finding.message for line, finding in seen(NearDuplicates(), rows + copies)}
    originals = [line for line, message in found.items() if message.startswith(f"line {line - 400} ")]
    assert set(found) <= set(range(401, 501))
    assert len(found) >= 95
    assert originals == list(found)


def test_chinese_copies_are_found() -> None:
    rng = random.Random(2)
    rows = [chat("".join(rng.choices(HANZI, k=60)), "".join(rng.choices(HANZI, k=60))) for _ in range(60)]
    asked, answered = asked_and_answered(rows[7])
    near = chat(asked[:30] + "新" + asked[31:], answered.replace(answered[9], "旧"))
    assert codes(seen(NearDuplicates(), [*rows, near])) == [(61, "near_duplicate")]


def test_neither_a_shared_system_message_nor_a_shared_form_makes_examples_alike() -> None:
    rng = random.Random(3)
    form = " ".join(words(60, rng))
    system = " ".join(words(200, rng))
    rows = [chat(f"{form}: {' '.join(words(25, rng))}", " ".join(words(25, rng)), system) for _ in range(300)]
    assert seen(NearDuplicates(), rows) == []


def test_case_and_punctuation_do_not_count_and_exact_repetitions_are_found_elsewhere() -> None:
    rng = random.Random(4)
    rows = [chat(" ".join(words(60, rng)), " ".join(words(20, rng))) for _ in range(30)]
    asked, answered = asked_and_answered(rows[3])
    rows += [rows[5], chat(asked.upper().replace(" ", ", ", 3), answered)]
    assert codes(seen(NearDuplicates(), rows)) == [(32, "near_duplicate")]


def test_short_examples_are_near_only_where_nothing_but_case_blanks_and_punctuation_differ() -> None:
    observer = NearDuplicates()
    rows = [chat(f"Where is parcel {number}?", "shipping") for number in range(50)]
    copies = [chat("where is  parcel 7", "Shipping."), chat(" WHERE IS: PARCEL 7!?", "shipping", "Be brief."), rows[8]]
    others = [
        chat("Where is", "parcel 7? shipping"),
        chat("3 + 2", "x"),
        chat("3 - 2", "x"),
        chat("1.5", "x"),
        chat("15", "x"),
    ]
    found = seen(observer, [*rows, *copies, *others], per_block=9)
    assert [(line, finding.code, finding.message) for line, finding in found] == [
        (line, "near_duplicate", "line 8 says the same, case, blanks and punctuation aside") for line in (51, 52)
    ]
    assert observer.numbers() == {"found": 2, "compared": 58, "not_judged": 0}


def test_short_examples_that_show_different_images_differ() -> None:
    shown = [{"type": "image_url", "image_url": {"url": f"https://example.com/{number}.png"}} for number in range(9)]
    rows = [chat("", "a cat") for _ in shown]
    for row, image in zip(rows, shown, strict=True):
        row["messages"][0]["content"] = [{"type": "text", "text": "What is this?"}, image]
    assert seen(NearDuplicates(), rows) == []


def test_short_and_long_examples_are_counted_against_one_bound() -> None:
    observer = NearDuplicates(most_compared=5)
    assert seen(observer, [chat(f"Parcel {number}?", "x") for number in range(8)] + [chat("parcel 1", "x")]) == []
    assert observer.numbers() == {"found": 0, "compared": 5, "not_judged": 4}


def test_what_is_beyond_the_bound_is_counted_as_not_judged() -> None:
    rng = random.Random(5)
    observer = NearDuplicates(most_compared=10)
    rows = [chat(" ".join(words(60, rng)), "x") for _ in range(20)]
    seen(observer, [*rows, rows[0]], per_block=7)
    assert observer.numbers() == {"found": 0, "compared": 10, "not_judged": 11}


def test_a_file_without_examples_has_no_near_duplicates() -> None:
    assert seen(NearDuplicates(), []) == []


def test_what_was_held_out_is_compared_with_the_training_data_only() -> None:
    rng = random.Random(6)
    rows = [chat(" ".join(words(60, rng)), " ".join(words(20, rng))) for _ in range(60)]
    training, held_out = NearDuplicates(), NearDuplicates()
    leaked = [chat(edited(asked, rng), answered) for asked, answered in map(asked_and_answered, rows[:3])]
    training.see(block(rows[:30]))
    held_out.see(block([*rows[30:], *leaked, rows[40], chat(edited(asked_and_answered(rows[41])[0], rng), "x")]))
    found = list(likenesses_between(training.sketchbook(), held_out.sketchbook()))
    assert [(likeness.line, likeness.earlier_line) for likeness in found] == [(31, 1), (32, 2), (33, 3)]
    assert all(0.5 < likeness.common <= 1 for likeness in found)


def test_short_examples_leak_where_nothing_but_case_blanks_and_punctuation_differ() -> None:
    training, held_out = NearDuplicates(), NearDuplicates()
    training.see(block([chat(f"Where is parcel {number}?", "shipping") for number in (7, 8, 9, 9)]))
    asked = [
        "Where is parcel 8?",
        "where is  parcel 9",
        "Where is parcel 5?",
        "WHERE IS PARCEL 7",
        "Where is parcel 7!",
    ]
    held_out.see(block([chat(one, "shipping") for one in asked]))
    kept = BytesIO()
    training.sketchbook().write(kept)
    kept.seek(0)
    found = likenesses_between(Sketchbook.read(kept), held_out.sketchbook())
    # The first is the same to the last sign, which digests tell.
    assert [(one.line, one.earlier_line, one.common) for one in found] == [(2, 3, 1.0), (4, 1, 1.0), (5, 1, 1.0)]


def test_sketches_of_an_earlier_release_have_no_short_examples() -> None:
    kept = BytesIO()
    book = NearDuplicates().sketchbook()
    np.savez(kept, lines=book.lines, digests=book.digests, sketches=book.sketches)
    kept.seek(0)
    assert len(Sketchbook.read(kept).short.said) == 0
    assert list(likenesses_between(book, book)) == []


def test_a_sketch_takes_64_bytes_of_memory() -> None:
    rng = random.Random(7)
    observer = NearDuplicates()
    observer.see(block([chat(" ".join(words(60, rng)), "x") for _ in range(20)]))
    assert observer.sketchbook().sketches.nbytes == 20 * 64
