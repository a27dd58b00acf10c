"""The encoding of a text is found out from what it says, whether it says much or little."""

import json

import pytest

from shared.datasets.reading.encodings import Encoding, detect
from shared.datasets.reading.scripts import script_of
from tests.datasets.reading.sources import found_in, intake_of, refusal, rows_in

CHINESE = [
    "你好",
    '{"messages": [{"role": "user", "content": "我的包裹在哪里？"}, {"role": "assistant", "content": "物流"}]}\n',
    "问题,回答\n今天天气怎么样？,今天天气很好，适合出门。\n",
    "人工智能是研究、开发用于模拟、延伸和扩展人的智能的理论、方法、技术及应用系统的一门新的技术科学。" * 20,
]
FRENCH = [
    "été",
    '{"prompt": "Où est mon colis ?", "completion": "livraison"}\n',
    "L'élève a été reçu à l'école où il répète « ça ira », dès août, naïvement. Œuvre achevée à Noël.",
    "Voilà une phrase très répétée, créée exprès : même la réunion européenne était là. " * 50,
]
GERMAN = [
    "Größe",
    "Müßiggang ist aller Laster Anfang; schöne Grüße aus Köln. ÄÖÜ!",
    '{"text": "Der Käufer möchte das Gerät zurückgeben, weil es zu groß ist."}\n' * 30,
]


@pytest.mark.parametrize("text", CHINESE + FRENCH + GERMAN)
@pytest.mark.parametrize("encoding", [Encoding.UTF_8, Encoding.UTF_16_LE, Encoding.UTF_16_BE])
def test_unicode_is_known_in_any_language(text: str, encoding: Encoding) -> None:
    marked = detect(("\ufeff" + text).encode(encoding), is_whole=True)
    assert (marked.encoding, marked.has_mark) == (encoding, True)
    # Without a mark UTF-16 is known by its NULs: a text with not one blank, line end or Latin comma has none.
    if encoding is Encoding.UTF_8 or any(character < "\x80" for character in text):
        found = detect(text.encode(encoding), is_whole=True)
        assert (found.encoding, found.has_mark) == (encoding, False)


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_of_its_own_is_told_from_latin(text: str) -> None:
    assert detect(text.encode("gb18030"), is_whole=True).encoding is Encoding.GB18030


@pytest.mark.parametrize("text", FRENCH + GERMAN)
def test_latin_of_its_own_is_told_from_chinese(text: str) -> None:
    assert detect(text.encode("cp1252"), is_whole=True).encoding is Encoding.LATIN_1


@pytest.mark.parametrize(("text", "codec"), [("é中😀" * 50, "utf-8"), ("我们" * 50, "gb18030")])
def test_a_sample_may_be_cut_within_a_character(text: str, codec: str) -> None:
    content = text.encode(codec)
    assert {detect(content[:cut], is_whole=False).encoding for cut in range(100, 120)} == {Encoding(codec)}


def test_a_file_in_utf_8_stays_that_when_one_line_is_not() -> None:
    content = '{"a": "é"}\n'.encode() * 10 + '{"a": "é"}\n'.encode("latin-1") + '{"a": "ü"}\n'.encode()
    assert found_in(content) == [(11, ["not_utf8"])]


def test_what_fails_later_is_found_at_its_line() -> None:
    content = '{"a": "你好世界"}\n'.encode("gb18030") * 3 + b'{"a": "\xff"}\n' + '{"a": "再见"}\n'.encode("gb18030")
    padded = ('{"a": "' + "我们都在这里" * 1_000 + '"}\n').encode("gb18030") * 100  # the fault lies beyond the sample
    assert found_in(padded + content) == [(104, ["undecodable"])]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize(
    ("text", "filename", "rows"),
    [
        (
            '{"问": "你好，Ċ世界ਕ一"}\r\n{"问": "再见了朋友"}\n',
            "a.jsonl",
            [{"问": "你好，Ċ世界ਕ一"}, {"问": "再见了朋友"}],
        ),
        ('[{"问": "你好"},\n {"问": "我们再见"}]', "a.json", [{"问": "你好"}, {"问": "我们再见"}]),
        ("问,答\n你好,很好\n", "a.csv", [{"问": "你好", "答": "很好"}]),
        ("conversations:\n- - 你好\n  - 很好\n", "a.yml", [{"conversation": ["你好", "很好"]}]),
        ("你好\n\n我们很好\n", "a.txt", [{"text": "你好"}, {"text": "我们很好"}]),
    ],
)
def test_every_container_is_read_in_every_encoding(codec: str, text: str, filename: str, rows: list[object]) -> None:
    assert rows_in(text.encode(codec), filename) == rows


def test_windows_quotation_marks_are_kept() -> None:
    assert rows_in("Question,Réponse\n“Où”,€ 5 – là\n".encode("cp1252"), "a.csv") == [
        {"Question": "“Où”", "Réponse": "€ 5 – là"}
    ]


QUESTIONS = {
    "cp1251": ("Как мне вернуть товар?", "Напишите нам в поддержку"),
    "koi8-r": ("Как мне вернуть товар?", "Напишите нам в поддержку"),
    "big5": ("如何退貨並取得退款", "請聯絡我們的客服人員，他們會告訴你"),
    "shift_jis": ("返品の方法を教えてください", "サポートまでご連絡ください"),
    "euc_jp": ("返品の方法を教えてください", "サポートまでご連絡ください"),
    "cp949": ("반품 방법은 무엇입니까", "고객센터로 연락하십시오"),
}
KNOWN = {
    "cp1251": Encoding.WINDOWS_1251,
    "koi8-r": Encoding.KOI8_R,
    "big5": Encoding.BIG5,
    "shift_jis": Encoding.SHIFT_JIS,
    "euc_jp": Encoding.EUC_JP,
    "cp949": Encoding.EUC_KR,
}


@pytest.mark.parametrize("codec", QUESTIONS)
def test_other_scripts_are_known_by_what_they_say_in_every_container(codec: str) -> None:
    asked, answer = QUESTIONS[codec]
    row = {"question": asked, "answer": answer}
    line = json.dumps(row, ensure_ascii=False)
    assert rows_in(f"question,answer\n{asked},{answer}\n".encode(codec), "a.csv") == [row]
    assert rows_in(f"{line}\r\n{line}\n".encode(codec), "a.jsonl") == [row, row]
    assert rows_in(f"[{line},\n {line}]".encode(codec), "a.json") == [row, row]
    assert rows_in(f"conversations:\n- - {asked}\n  - {answer}\n".encode(codec), "a.yml") == [
        {"conversation": [asked, answer]}
    ]
    assert rows_in(f"{asked}\n{answer}\n".encode(codec), "a.txt") == [{"text": asked}, {"text": answer}]
    intake = intake_of(f"{asked}\n{answer}".encode(codec), "a.txt")
    doubts = ["uncertain_encoding"] if codec in {"cp1251", "koi8-r"} else []
    assert (intake.encoding, [note.code for note in intake.notes]) == (KNOWN[codec], ["read_as_encoding", *doubts])


@pytest.mark.parametrize("codec", QUESTIONS)
def test_a_sample_of_another_script_may_be_cut_within_a_character(codec: str) -> None:
    content = "\n".join(QUESTIONS[codec] * 9).encode(codec)
    assert {script_of(content[:cut], is_whole=False) for cut in range(150, 190)} == {KNOWN[codec]}


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "Да,Нет"),
        ("koi8-r", "Да,Нет"),
        ("shift_jis", "はい,いいえ"),
        ("euc_jp", "はい,いいえ"),
        ("cp949", "네,아니요"),
        ("cp949", "안녕하세요,감사합니다"),
        ("cp866", "Как мне вернуть товар?,Напишите нам в поддержку"),
        ("cp1253", "Πού είναι το δέμα μου;,Στο δρόμο"),
        ("cp1255", "איפה החבילה שלי,בדרך"),
        ("cp1255", "איך אני יכול להחזיר את המוצר?,כתבו לתמיכה ונשמח לעזור"),
        ("iso8859-7", "ΠΟΥ ΕΙΝΑΙ ΤΟ ΔΕΜΑ ΜΟΥ;,ΣΤΟ ΔΡΟΜΟ"),
        ("cp1253", "το προιον δεν λειτουργει,η ομαδα υποστηριξης απανταει"),
        ("mac-cyrillic", "Как мне вернуть товар?,Сбросьте пароль"),
        ("mac-cyrillic", "Здравствуйте чем могу помочь?,Спасибо за обращение"),
        ("mac-cyrillic", "где моя посылка?,она в пути к вам"),
    ],
)
def test_what_says_too_little_or_is_in_no_known_script_is_refused_instead_of_garbled(codec: str, text: str) -> None:
    assert refusal(f"question,answer\n{text}\n".encode(codec), "a.csv") == "unsupported_encoding"


def test_capitals_of_koi8_are_not_taken_for_small_letters_of_windows() -> None:
    text = "ПЕРЕВЕДИ ПРЕДЛОЖЕНИЕ НА АНГЛИЙСКИЙ,ПОГОДА СЕГОДНЯ ХОРОШАЯ"
    assert rows_in(f"question,answer\n{text}\n".encode("koi8-r"), "a.csv") == [
        dict(zip(("question", "answer"), text.split(","), strict=True))
    ]


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "å,øæ\nå,æøå"),
        ("cp1252", "Öl,äöü\nÜbel,ÄÖÜ"),
        ("cp1250", "Żółć,tak\nŻółć,nie\nŻółć,tak"),
        ("cp1250", "Żółć,Proszę\nŻółć,zwrócić"),
    ],
)
def test_few_letters_with_accents_are_no_other_script(codec: str, text: str) -> None:
    notes = intake_of(f"question,answer\n{text}\n".encode(codec), "a.csv").notes
    assert "read_as_encoding" in {note.code for note in notes}


@pytest.mark.parametrize("text", ["你好", "是,否", "行,请", "你好,再见", "请问你要什么", "谢谢您"])
def test_short_chinese_is_not_taken_for_korean(text: str) -> None:
    assert intake_of(f"question,answer\n{text}\n".encode("gb18030"), "a.csv").encoding is Encoding.GB18030


@pytest.mark.parametrize(
    ("codec", "row"),
    [
        ("cp1250", "Jak zwrócić towar?,Proszę napisać — żółć\n"),
        ("cp1254", "Ürün iadesi nasıl yapılır?,Lütfen yazın\n"),
    ],
)
def test_letters_that_are_rarely_meant_make_the_encoding_uncertain(codec: str, row: str) -> None:
    notes = intake_of(("question,answer\n" + row * 3).encode(codec), "a.csv").notes
    assert [note.code for note in notes] == ["read_as_encoding", "uncertain_encoding"]


@pytest.mark.parametrize(
    ("text", "codec"), [*((text, "cp1252") for text in FRENCH + GERMAN), *((text, "gb18030") for text in CHINESE)]
)
def test_what_is_meant_is_not_doubted(text: str, codec: str) -> None:
    assert "uncertain_encoding" not in {note.code for note in intake_of(text.encode(codec), "a.txt").notes}


def test_line_separators_do_not_hide_that_a_text_is_gb18030() -> None:
    content = '{"a": "one\u2028two\x85café"}\n' * 3
    assert rows_in(content.encode("gb18030"), "a.jsonl") == [{"a": "one\u2028two\x85café"}] * 3
