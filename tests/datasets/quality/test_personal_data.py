"""Personal data and secrets are found, masked, and never quoted; other numbers are left alone.

Every number here is made up, or one that its issuer published as an example.
"""

import json
from collections.abc import Callable

import pytest

from shared.datasets.personal.masking import NUMBERED, Masking, mask
from shared.datasets.personal.pieces import piece
from shared.datasets.personal.scan import scan
from shared.datasets.quality.personal_data import PersonalData
from shared.datasets.shapes import Shape
from tests.datasets.quality.looking import chat, codes, seen

LETTERS = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY"

PERSONAL = [
    ("Write to jane.doe+news@acme.co.uk.", "Write to [EMAIL]."),
    ("我的邮箱是zhang.wei@qq.com，谢谢", "我的邮箱是[EMAIL]，谢谢"),
    ("call +49 30 1234567 now", "call [PHONE] now"),
    ("call (415) 555-0132", "call [PHONE]"),
    ("call 415-555-0132 or 1-415-555-0133", "call [PHONE] or [PHONE]"),
    ("手机13812345678。", "手机[PHONE]。"),
    ("手机：138 1234 5678", "手机：[PHONE]"),
    ("+8613812345678", "[PHONE]"),
    ("Tel. 01 23 45 67 89", "Tel. [PHONE]"),
    ("Tel. 020 7946 0958", "Tel. [PHONE]"),
    ("电话 010-62345678", "电话 [PHONE]"),
    ("+1 (415) 555-0132", "[PHONE]"),
    ("+44 (0)20 7946 0958", "[PHONE]"),
    ("tel:+4930123456", "tel:[PHONE]"),
    ("call 1-800-555-1234.", "call [PHONE]."),
    ("13912345678@qq.com", "[EMAIL]"),
    ("card 4111 1111 1111 1111, thanks", "card [CARD], thanks"),
    ("card 4111-1111-1111-1111", "card [CARD]"),
    ("card 378282246310005", "card [CARD]"),
    ("card 5555555555554444", "card [CARD]"),
    ("DE89 3704 0044 0532 0130 00 is the account", "[IBAN] is the account"),
    ("GB29NWBK60161331926819", "[IBAN]"),
    ("SSN 219-09-9999", "SSN [NATIONAL_ID]"),
    ("身份证11010519491231002X", "身份证[NATIONAL_ID]"),
    ("NINO AB 12 34 56 C", "NINO [NATIONAL_ID]"),
    ("DNI 12345678Z", "DNI [NATIONAL_ID]"),
    ("NIE X1234567L", "NIE [NATIONAL_ID]"),
    ("Steuer-ID 86 095 742 719", "Steuer-ID [NATIONAL_ID]"),
]

SECRETS = [
    (f"key sk-proj-{LETTERS}", "key [API_KEY]"),
    (f"key sk-ant-api03-{LETTERS}", "key [API_KEY]"),
    ("AKIAIOSFODNN7EXAMPLE", "[API_KEY]"),
    (f"token ghp_{LETTERS}{LETTERS[:4]}", "token [API_KEY]"),
    (f"github_pat_{LETTERS}{LETTERS}", "[API_KEY]"),
    ("xoxb-2345678901-AbCdEfGhIjKl", "[API_KEY]"),
    (f"AIza{LETTERS}abc", "[API_KEY]"),
    (f"rk_live_{LETTERS}", "[API_KEY]"),
    (f"hf_{LETTERS}", "[API_KEY]"),
    (f"tw_{LETTERS}abcd", "[API_KEY]"),
    (f"AccountKey={LETTERS}{LETTERS}==;", "[API_KEY];"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123456", "[TOKEN]"),
    ("postgres://app:hunter2@db.internal/x", "postgres[PASSWORD]db.internal/x"),
    (f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS * 4}\n-----END RSA PRIVATE KEY-----", "[PRIVATE_KEY]"),
]

HARMLESS = [
    "order 4111111111111111",
    "card 4111111111111112",
    "订单号：13812345678",
    "at 1700000000, or 1700000000000 in milliseconds",
    "2023-01-15 12:30:45",
    "am 01.02.2023 um 12:30",
    "05/31/2024 10:15",
    "2024-05-01T08:30:15.123456Z",
    "0.12345678901234",
    "version 10.0.19041.388",
    "3/4 of 0.05 and 08:00-17:30",
    "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]",
    "#ff00aa 0x7fff5fbff8c8",
    "Boston, MA 02110-1301",
    "x +1.4142135623731",
    "252.227-7013",
    "2**34 == 17179869184",
    "100-50-30-15 = 5",
    "48/2 = <<48/2=24>>24 and 555-123",
    "1234567890",
    "1,234,567,890 people",
    "5 + 12345678 = 12345683",
    "3.14159265358979",
    "550e8400-e29b-41d4-a716-446655440000",
    "ISBN 978-3-16-148410-0",
    "10 20 30 40 50 60 70 80 90",
    "git@github.com:acme/tool.git",
    "icon@2x.png",
    "@decorator and a@b",
    "https://user:password@host/",
    "https://<user>:<secret>@host/",
    "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
    "sk-your-key-goes-here-please",
    "999-99-9999",
    "000-12-3456",
    "DE89 3704 0044 0532 0130 01",
    "110105194912310021",
    "110105194913310028",
    "12345678A",
    "task-sk-1, ask-and-answer",
    "1234567812345678",
]


@pytest.mark.parametrize(("text", "masked"), [*PERSONAL, *SECRETS])
def test_personal_data_and_secrets_are_masked(text: str, masked: str) -> None:
    assert mask(text)[0] == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_neither_is_left_alone(text: str) -> None:
    assert mask(text) == (text, {})


@pytest.mark.parametrize(("text", "masked"), [*PERSONAL, *SECRETS])
def test_masking_twice_changes_nothing(text: str, masked: str) -> None:
    assert mask(masked) == (masked, {})


def test_the_same_person_has_the_same_placeholder_throughout_an_example() -> None:
    masking = Masking(NUMBERED)
    assert masking.mask("a@acme.com and b@acme.com") == "[EMAIL_1] and [EMAIL_2]"
    assert masking.mask("b@acme.com, 13812345678") == "[EMAIL_2], [PHONE_1]"
    assert masking.counts == {"EMAIL": 3, "PHONE": 1}


@pytest.mark.parametrize("template", ["[{name}]", "[{kind]", "{}"])
def test_a_template_that_cannot_be_filled_is_refused_at_once(template: str) -> None:
    with pytest.raises((KeyError, ValueError, IndexError)):
        Masking(template)


def test_texts_that_are_no_characters_survive() -> None:
    assert mask("\ud800 a@acme.com \0")[0] == "\ud800 [EMAIL] \0"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", 1),
        ("2001:4860:4860::8888", 1),
        ("10.0.0.1", 0),
        ("127.0.0.1", 0),
        ("v8.8.8.8", 0),
        ("1.6.0.5", 0),
        ("8.8.8.8.8", 0),
        ("fe80::1", 0),
    ],
)
def test_public_addresses_are_noted_and_stay(text: str, public: int) -> None:
    assert [detection.kind.code for detection in scan(text.encode())] == ["ip_address"] * public
    assert mask(text)[0] == text


def test_no_finding_shows_what_it_found() -> None:
    hidden = ["jane@acme.com", "4111111111111111", f"sk-proj-{LETTERS}"]
    findings = seen(PersonalData(), [chat(f"I am {text}", text) for text in hidden])
    assert codes(findings) == [(1, "personal_data"), (2, "personal_data"), (3, "secret")]
    assert [finding.excerpt for _, finding in findings] == ["[EMAIL]", "[CARD]", "[API_KEY]"]
    assert [finding.message.endswith(", 2 times") for _, finding in findings] == [True] * 3
    assert not any(text in str(finding) for _, finding in findings for text in hidden)


def test_what_a_shared_system_message_holds_is_said_once() -> None:
    rows = [chat("Hi", f"Hello {number}", system="Refer to help@acme.com.") for number in range(5)]
    observer = PersonalData()
    ((line, finding),) = seen(observer, rows, per_block=2)
    assert (line, finding.pointer) == (1, "/messages/0/content")
    assert observer.numbers() == {"examples": 1, "places": {"EMAIL": 1}}


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "unit", ["1", "a@", "+1 ", "(", "sk-", "1.1.", ":", "01 ", "-----BEGIN PRIVATE KEY-----", "://a:b@"]
)
def test_no_text_makes_the_search_slow(unit: str) -> None:
    text = unit * (50_000 // len(unit))
    assert mask(text) == (text, {})


def test_what_graders_read_is_looked_at_too() -> None:
    row = {"messages": [{"role": "user", "content": "Who?"}], "answer": "\0", "who": {"mail": ["ann@example.com"]}}
    (line,) = seen(PersonalData(), [row], shape=Shape.REINFORCEMENT)
    assert (line[1].code, line[1].pointer) == ("personal_data", "/who")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f'key: sk-{LETTERS}"}}', 'key: [API_KEY]"}'),
        ("key: sk-aB3dE5f…", "key: [SECRET]…"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKCAQ…", "[SECRET]…"),
        ("https://ann:passw…", "https[SECRET]…"),
        ("a task- and risk-…", "a task- and risk-…"),
        ("what was asked…", "what was asked…"),
    ],
)
def test_what_ends_within_a_secret_shows_no_part_of_it(text: str, shown: str) -> None:
    assert piece(text) == shown


@pytest.mark.parametrize("hidden", [text for text, _ in (*PERSONAL, *SECRETS)])
@pytest.mark.parametrize("write", [str, json.dumps, repr, lambda text: json.dumps(json.dumps(text + "\\"))])
def test_no_piece_of_a_text_shows_more_than_the_whole(hidden: str, write: Callable[[str], str]) -> None:
    text = write(f"{'filling ' * 30}\n{hidden}\n{'filling ' * 30}")
    masked = mask(f"\n{hidden}\n")[0]
    for width in (9, 120):
        for start in range(200, len(text) - 200, 7):
            assert not told_by(piece(text, start, start + width), hidden, masked), (start, width)


def told_by(shown: str, hidden: str, masked: str) -> set[str]:
    """What a piece shows of a text that the masked text does not: runs of seven signs."""
    runs = {hidden[at : at + 7] for at in range(len(hidden) - 6)}
    return {run for run in runs if run in shown and run not in masked}


def test_a_long_secret_is_hidden_where_only_its_middle_or_its_end_would_be_seen() -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS * 180}\n-----END RSA PRIVATE KEY-----"
    token = f"eyJ{LETTERS * 90}.eyJ{LETTERS * 90}.{LETTERS}"
    for secret in (key, token):
        for text in (f"it is {secret} and so on", json.dumps(f"it is {secret} and so on")):
            for start in range(0, len(text), 331):
                assert not told_by(piece(text, start, start + 80), secret, "[PRIVATE_KEY]"), start
    assert piece(f"{key} and so on", len(key) - 20) == "[PRIVATE_KEY] and so on"
