"""The kinds of personal data and secrets that are known, each with its pattern and the check that a match must pass.

Patterns are made for UTF-8 bytes. They run only near what the quick search of `scan` has pointed at, and none of them
looks further than a few hundred bytes, so that no text can make them slow.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.datasets.personal import checksums

NOT_IN_WORD = rb"(?<![A-Za-z0-9_])"
NOT_IN_NUMBER = rb"(?<![A-Za-z0-9_])(?<!\d[.,-])(?<![=+*/^$#])"
END_OF_NUMBER = rb"(?![A-Za-z0-9_@]|[.,-]\d|%)"

FILE_ENDINGS = frozenset((b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"js", b"css", b"py", b"ts", b"html"))
LONGEST_SECRET = 9_000
LONGEST_DOMAIN = 300
LONGEST_IBAN = 48  # with its spaces
FEWEST_CHARACTERS_OF_KEY = 8  # different ones: sk-xxxxxxxxxxxxxxxxxxxx is a placeholder


@dataclass(frozen=True, slots=True)
class Kind:
    name: str  # what findings and placeholders call it
    title: str  # with its article
    code: str  # of the finding
    pattern: re.Pattern[bytes]
    check: Callable[[bytes], bool] = lambda _: True
    reach: int = 24  # bytes that may belong to it after what the quick search points at
    before: int = 2  # and before it


def _digits(match: bytes) -> str:
    return re.sub(rb"[^0-9]", b"", match).decode()


def _plain(match: bytes) -> str:
    return re.sub(rb"[^0-9A-Za-z]", b"", match).decode().upper()


def _is_mail(match: bytes) -> bool:
    name, _, domain = match.rpartition(b"@")
    return name != b"git" and b".." not in match and domain.rpartition(b".")[2].lower() not in FILE_ENDINGS


def _is_public_address(match: bytes) -> bool:
    parts = match.split(b".")
    if len(parts) == 4 and max(map(len, parts)) < 3 and len(set(parts)) > 1:
        return False  # 10.4.25.14 is likelier a version
    try:
        return ipaddress.ip_address(match.decode()).is_global
    except ValueError:
        return False


DATE = re.compile(rb"[0-3]?\d[./-][0-3]?\d[./-](?:19|20)\d\d(?!\d)")
DECIMAL = re.compile(rb"\+\d+\.\d+")


def _is_phone(match: bytes) -> bool:
    return 8 <= len(_digits(match)) <= 15 and not DATE.search(match) and not DECIMAL.fullmatch(match)


def _is_chinese_mobile(match: bytes) -> bool:
    number = int(_digits(match)[-11:])
    return number & (number - 1) != 0  # 17179869184 is a power of two, and stands in many programs


def is_random(match: bytes) -> bool:
    secret = re.split(rb"[-_]", match, maxsplit=1)[-1]
    return len(set(secret)) >= FEWEST_CHARACTERS_OF_KEY and not re.search(rb"(?i)x{5}|your|\*{3}|\.\.\.", match)


def _personal(name: str, title: str, pattern: bytes, check: Callable[[bytes], bool] = lambda _: True) -> Kind:
    return Kind(name, title, "personal_data", re.compile(pattern), check)


def _number(
    name: str, title: str, pattern: bytes, check: Callable[[bytes], bool] = lambda _: True, reach: int = 24
) -> Kind:
    whole = re.compile(NOT_IN_NUMBER + rb"(?:" + pattern + rb")" + END_OF_NUMBER)
    return Kind(name, title, "personal_data", whole, check, reach)


MAIL = Kind(
    "EMAIL",
    "a mail address",
    "personal_data",
    re.compile(NOT_IN_WORD + rb"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9@])"),
    _is_mail,
    reach=LONGEST_DOMAIN,
    before=66,
)

# The first that fits keeps the place: what has a check digit comes before what has none.
NUMBERS = (
    _number("IBAN", "a bank account (IBAN)", rb"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?",
            lambda match: checksums.is_iban(_plain(match)), LONGEST_IBAN),
    _number("NATIONAL_ID", "a Chinese resident identity number", rb"[1-8]\d{16}[\dXx]",
            lambda match: checksums.is_chinese_id(match.decode())),
    _number("CARD", "a card number", rb"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5}",
            lambda match: checksums.is_card(_digits(match))),
    _number("NATIONAL_ID", "a US social security number", rb"\d{3}-\d\d-\d{4}",
            lambda match: checksums.is_social_security_number(_digits(match))),
    _number("NATIONAL_ID", "a British national insurance number",
            rb"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"),
    _number("NATIONAL_ID", "a Spanish identity number", rb"(?:\d{8}|[XYZ]-?\d{7})-?[A-Z]",
            lambda match: checksums.is_spanish_id(_plain(match))),
    _number("PHONE", "a Chinese mobile number", rb"(?:\+?86[ -]?)?1[3-9]\d(?:\d{8}|([ -])\d{4}\1\d{4})", _is_chinese_mobile),
    _number("NATIONAL_ID", "a German tax number", rb"\d{11}|\d\d \d{3} \d{3} \d{3}",
            lambda match: checksums.is_german_tax_id(_digits(match))),
)  # fmt: skip

PHONES = (
    _personal("PHONE", "a phone number", rb"(?<![A-Za-z0-9_+=*/^])(?<!\d )\+[1-9]\d{0,2}(?:[ .()/-]{0,2}\d){6,14}(?!\d)",
              _is_phone),
    _number("PHONE", "a phone number", rb"(?:1[ .-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]\d{4}|[2-9]\d\d([.-])[2-9]\d\d\1\d{4})"),
    _number("PHONE", "a phone number", rb"(?<!\d )(?<!\d[/-])\(?0[1-9]\d{0,4}\)?(?:[ /.-]\d{2,8}){1,5}(?! \d)",
            lambda match: len(_digits(match)) >= 10 and _is_phone(match)),
)  # fmt: skip

ADDRESSES = (
    Kind("IP", "an internet address", "ip_address", re.compile(
        rb"(?<![A-Za-z0-9_.:-])(?<![Vv]ersion )(?:\d{1,3}(?:\.\d{1,3}){3}(?![.\d])|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7})"
        rb"(?![A-Za-z0-9_:])"), _is_public_address, 40),
)  # fmt: skip


def _secret(name: str, title: str, pattern: bytes, check: Callable[[bytes], bool] = is_random) -> Kind:
    return Kind(name, title, "secret", re.compile(pattern), check, LONGEST_SECRET)


def _is_password(match: bytes) -> bool:
    password = match.rpartition(b"@")[0].rpartition(b":")[2]
    return not re.search(rb"(?i)^(?:pass|password|pwd)$|[<>{}$\[\]]|^[x*.]+$", password)


SECRETS = (
    _secret("PRIVATE_KEY", "a private key",
            rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s:,.()-]{0,8000}?"
            rb"(?:-----END [A-Z ]{0,40}-----|\Z|\0)",
            lambda match: len(match) > 120 and match.count(b"BEGIN") == 1),
    _secret("API_KEY", "an Anthropic key", NOT_IN_WORD + rb"sk-ant-[A-Za-z0-9_-]{20,200}"),
    _secret("API_KEY", "an OpenAI key", NOT_IN_WORD + rb"sk-[A-Za-z0-9_-]{20,200}"),
    _secret("API_KEY", "a Stripe key", NOT_IN_WORD + rb"[rs]k_live_[A-Za-z0-9]{16,120}"),
    _secret("API_KEY", "an AWS key", NOT_IN_WORD + rb"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _secret("API_KEY", "a GitHub token", NOT_IN_WORD + rb"(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})"),
    _secret("API_KEY", "a Slack token", NOT_IN_WORD + rb"xox[abeprs]-[A-Za-z0-9-]{10,255}"),
    _secret("API_KEY", "a Google key", NOT_IN_WORD + rb"AIza[A-Za-z0-9_-]{35}"),
    _secret("API_KEY", "a key of an Azure account", rb"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,88}={0,2}"),
    _secret("API_KEY", "a Hugging Face token", NOT_IN_WORD + rb"hf_[A-Za-z0-9]{30,60}"),
    _secret("API_KEY", "a key of this service", NOT_IN_WORD + rb"tw_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _secret("TOKEN", "a JSON web token",
            NOT_IN_WORD + rb"eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}"),
    _secret("PASSWORD", "a password in an address", rb"://[^/\s:@\0]{1,100}:[^/\s@\0]{1,200}@(?=[A-Za-z0-9\[])", _is_password),
)  # fmt: skip
