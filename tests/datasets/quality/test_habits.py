"""Labels, system messages, languages and damaged texts; how many examples are enough; and the panel of all observers."""

import pytest

from shared.datasets.findings.code import Severity
from shared.datasets.findings.codes import FINDING_CODES
from shared.datasets.quality.damage import DamagedTexts
from shared.datasets.quality.labels import Labels
from shared.datasets.quality.languages import Languages, language_of
from shared.datasets.quality.observer import Panel
from shared.datasets.quality.panel import all_observers
from shared.datasets.quality.spelling import is_misspelling
from shared.datasets.quality.sufficiency import sufficiency
from shared.datasets.quality.systems import Systems
from tests.datasets.quality.looking import Row, chat, codes, seen


def labelled(*labels: str) -> list[Row]:
    return [chat(f"Ticket {number}", label) for number, label in enumerate(labels)]


DIFFERENT = [
    ("C#", "C++"),
    ("profit > 50", "profit < 50"),
    ("++", "C++"),
    ("price_decrease", "price_increase"),
    ("price_unstable", "price_stable"),
    ("hypotension", "hypertension"),
    ("macroeconomics", "microeconomics"),
    ("employee", "employer"),
    ("amoral", "moral"),
    ("class b", "class a"),
    ("consumer", "customer"),
]


def test_labels_that_are_misspelt_or_seen_once() -> None:
    rows = labelled(*["billing", "shipping"] * 20, "Billing", "shiping", "technical")
    observer = Labels()
    assert codes(seen(observer, rows, per_block=9)) == [(41, "label_typo"), (42, "label_typo"), (43, "label_seen_once")]
    assert observer.numbers()["labels"]["billing"] == 20


def test_one_label_that_outweighs_the_others() -> None:
    ((line, finding),) = seen(Labels(), labelled(*["ham"] * 200, *["spam"] * 9))
    assert (line, finding.code, finding.excerpt) == (0, "label_imbalance", "ham")


def test_answers_that_are_all_the_same() -> None:
    assert codes(seen(Labels(), labelled(*["shipping"] * 20))) == [(0, "one_answer_only")]


@pytest.mark.parametrize("answers", [["a", "b"] * 9, [f"answer {n}" for n in range(40)], ["long " * 30, "yes"] * 20])
def test_answers_that_are_no_labels(answers: list[str]) -> None:
    observer = Labels()
    assert seen(observer, labelled(*answers)) == []
    assert observer.numbers() == {"are_labels": False, "different": None, "labels": {}}


@pytest.mark.parametrize(
    ("label", "frequent", "is_rare", "expected"),
    [
        ("Billing", "billing", False, True),
        ("not  found.", "Not Found", False, True),
        ("not found", "not_found", True, True),
        ("not found", "not_found", False, False),
        ("biling", "billing", True, True),
        ("biling", "billing", False, False),
        ("compalints", "complaints", True, True),
        ("invalid", "valid", True, False),
        ("grade 2", "grade 1", True, False),
        ("cat", "car", True, False),
        ("+", "-", True, False),
        ("billing", "billing", True, False),
        ("positive", "negative", True, False),
        *[(one, other, True, False) for one, other in DIFFERENT],
    ],
)
def test_misspellings(label: str, frequent: str, *, is_rare: bool, expected: bool) -> None:
    assert is_misspelling(label, frequent, is_rare=is_rare) is expected


@pytest.mark.parametrize(
    "labels", [("1", "-1"), ("C", "C++", "C#"), ("A+", "A-", "A"), ("1.0", "10"), ("<=50K", ">50K")]
)
def test_signs_tell_labels_apart(labels: tuple[str, ...]) -> None:
    assert seen(Labels(), labelled(*labels * 20)) == []


def test_system_messages_that_are_missing_or_nearly_equal() -> None:
    system = "You answer questions about parcels in one short sentence."
    rows = [chat("?", str(number), system) for number in range(10)]
    assert seen(Systems(), rows) == []
    rows += [chat("?", "x"), chat("?", "y", system.replace("one short", "one  short"))]
    found = seen(Systems(), rows, per_block=5)
    assert codes(found) == [
        (0, "system_prompt_varies"),
        (11, "system_prompt_missing"),
        (12, "system_prompt_nearly_equal"),
    ]


def test_where_most_have_no_system_message_it_is_said_once() -> None:
    rows = [chat("?", "x"), chat("?", "y"), chat("?", "z", "Be kind.")]
    assert codes(seen(Systems(), rows)) == [(0, "system_prompt_missing")]
    assert seen(Systems(), rows[:2]) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FÃ¼r Sie", "mojibake"),
        ("donâ€™t", "mojibake"),
        ("锟斤拷", "mojibake"),
        ("“AMANHÃ”, disse o CAFÃ‰", "mojibake"),
        *[(text, "mojibake") for text in ("HÃ”TEL", "ESPAÃ‘A", "Ã…ngström", "KÃ–LN", "voilÃ\u00a0", "â€œhelloâ€\x9d")],
        ("caf\ufffd", "replacement_character"),
        ("bell\x07", "control_character"),
        ("zero\u200bwidth", "invisible_character"),
        ("one<br/>two", "html_leftover"),
        ("Tom &amp; Jerry", "html_leftover"),
    ],
)
def test_damaged_texts(text: str, code: str) -> None:
    rows = [chat(f"Question {number}", f"Answer {number}") for number in range(10)]
    assert codes(seen(DamagedTexts(), [*rows, chat(text, "ok")])) == [(11, code)]


@pytest.mark.parametrize(
    "text",
    [
        "für Ärger, naïve café, Ångström, São Paulo",
        "中文，没有问题。",
        "O cartaz dizia “ATÉ AMANHÃ” e “MAÇÃ…”. ‘IRMÃ’ – «AMANHÃ».",
        "a < b && b > c",
        "AT&T",
        "```<br>```",
        "👩‍💻\t\r\n",
    ],
)
def test_texts_that_are_whole(text: str) -> None:
    rows = [chat(f"Question {number}", f"Answer {number}") for number in range(10)]
    assert seen(DamagedTexts(), [*rows, chat(text, text)]) == []


def test_html_is_no_leftover_where_it_is_the_habit() -> None:
    assert seen(DamagedTexts(), [chat("Mark up", f"<p>{number}</p>") for number in range(10)]) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is the parcel that you have sent to me, and when will it be here?", "en"),
        ("Sie können den Vertrag jederzeit zum Ende des Monats schriftlich kündigen.", "de"),
        ("您好，请问我的包裹在哪里？", "zh"),
        ("荷物はどこにありますか。", "ja"),
        ("소포는 어디에 있습니까?", "ko"),
        ("ok", None),
        ("for (i = 0; i < 10; i++) { total[i] += values[i] * 2; } // 1234567890", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_several_languages_are_said_once() -> None:
    english = "The parcel is on its way to you and will be there on Monday, number {}."
    rows = [chat("?", ("您的包裹正在路上，请耐心等待{}。" if n % 4 == 0 else english).format(n)) for n in range(40)]
    observer = Languages()
    ((line, finding),) = seen(observer, rows, per_block=7)
    assert (line, finding.message) == (0, "answers in a sample of 40: en 75 %, zh 25 %")


def test_what_few_examples_leave_untold_is_left_out() -> None:
    english = "The parcel is on its way to you and will be there on Monday, number {}."
    rows = [chat("?", english.format(number)) for number in range(40)] + [chat("?", "Lorem ipsum dolor sit amet, " * 3)]
    observer = Languages()
    assert seen(observer, rows) == []
    assert observer.numbers() == {"sampled": 41, "asked": {}, "answered": {"en": 40}}


@pytest.mark.parametrize(
    ("examples", "labels", "standing", "next_step"),
    [(9, None, "too_few", 10), (10, None, "least", 50), (50, None, "useful", 100), (99, None, "useful", 100),
     (100, None, "good", 200), (60, 5, "least", 100), (100, 5, "useful", 200)],
)  # fmt: skip
def test_how_many_examples_are_enough(examples: int, labels: int | None, standing: str, next_step: int) -> None:
    judged = sufficiency(examples, labels)
    assert (judged.standing, judged.next_step) == (standing, next_step)


def good_rows() -> list[Row]:
    return [chat(f"Where is parcel {number}?", f"It is in hall {number % 7}.", "Be brief.") for number in range(200)]


def test_good_data_has_no_findings() -> None:
    assert seen(all_observers(), good_rows()) == []


def test_the_panel_counts_on_when_it_has_said_enough() -> None:
    panel = Panel([DamagedTexts()], most_findings=2)
    rows = [chat("?", f"number {number} \ufffd") for number in range(5)]
    assert codes(seen(panel, rows)) == [(1, "replacement_character"), (2, "replacement_character")]
    assert panel.counts == {"replacement_character": 5}
    assert panel.numbers() == {"damaged_texts": {"replacement_character": 5}}


def test_nothing_that_is_doubtful_refuses_a_dataset() -> None:
    doubtful = [
        code for code in FINDING_CODES if code in ("near_duplicate", "secret", "truncated_answer", "label_typo")
    ]
    assert len(doubtful) == 4
    assert all(FINDING_CODES[code].severity is not Severity.ERROR for code in doubtful)
