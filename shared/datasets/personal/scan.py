"""Finds personal data and secrets in UTF-8 bytes: one quick search through everything, exact checks where it points.

False alarms cost more than a miss: who is warned of every order number stops reading. So numbers need a check digit, a
prefix that was issued or the separators of a telephone number, and what is announced as an order number is none of these.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import re2

from shared.datasets.personal.kinds import ADDRESSES, MAIL, NUMBERS, PHONES, SECRETS, Kind

# One automaton, linear in the bytes whatever they are.
_SUSPECT = re2.compile(
    rb"[A-Za-z0-9._%+-]@[A-Za-z0-9]"
    rb"|\+[1-9](?:[ .()/-]{0,2}\d){7,16}|\(?0[1-9]\d{0,4}\)?[ /.-](?:[ /.-]?\d){4,16}"
    rb"|\(?[2-9]\d\d[).-] ?[2-9]\d\d[ .-]\d{4}"
    rb"|\d{11,}@?|\d{8}-?[A-Z]@?|\d{3,4}[ -]\d{4}[ -]\d{4}|\d{4}[ -]\d{6}[ -]\d{4}"
    rb"|\d{3}-\d\d-\d{4}|\d\d \d{3} \d{3} \d{3}|[XYZ]-?\d{7}"
    rb"|\d+\.\d+\.\d+\.\d|[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){3,}"
    rb"|[A-Z]{2}\d\d ?[A-Z0-9]{4} ?[A-Z0-9]{4}|[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]"
    rb"|sk-|[rs]k_live_|AKIA|ASIA|gh[pousr]_|github_pat_|xox[abeprs]-|AIza|AccountKey=|SharedAccessKey="
    rb"|-----BEGIN|eyJ|hf_|tw_|://[^/\s:@\x00]+:[^/\s@\x00]+@"
)
_IS_SECRET = re.compile(
    rb"sk-|[rs]k_live_|AKIA|ASIA|gh[pousr]_|github_pat_|xox|AIza|Account|Shared|-----|eyJ|hf_|tw_|://"
)
_ANNOUNCED = re.compile(
    r"(?i)(?:order|invoice|ticket|tracking|reference|ref|serial|sku|isbn|item|part|case|version)"
    r"[ _-]?(?:number|no|nr|id|code)?[\s.:#=\"'*-]{0,4}$"
    r"|(?:订单|运单|快递单|单|编|序列|流水|发票)(?:号码|号)?[\s:\uff1a#是为]{0,6}$"
)
MOST_IN_VAIN = 50_000  # suspects in a row that were none: two megabytes of ordinary data have a few hundred
BEFORE = 48  # bytes in which a number is announced


class Detection(NamedTuple):
    kind: Kind
    start: int  # bytes
    end: int


def scan(data: bytes) -> Iterator[Detection]:
    """Everything found, in order, without overlaps. Ends early in what can only have been made to keep us busy."""
    reached = in_vain = 0
    for suspect in _SUSPECT.finditer(data):
        start, end = suspect.span()
        if end <= reached:
            continue
        before = reached
        for detection in _detections(data, start, end, reached):
            if detection.start >= reached:
                reached = detection.end
                yield detection
        in_vain = in_vain + 1 if reached == before else 0
        if in_vain > MOST_IN_VAIN:
            return


def _detections(data: bytes, start: int, end: int, reached: int) -> list[Detection]:
    """What begins between start and end, or a little before."""
    found: list[Detection] = []
    for kind in _possible(data[start:end]):
        for match in _matches(kind, data, reached, start, end):
            span = match.span()
            is_free = all(span[1] <= other.start or span[0] >= other.end for other in found)
            if is_free and kind.check(match.group()) and not _is_announced(kind, data, span[0]):
                found.append(Detection(kind, *span))
    return sorted(found, key=lambda detection: detection.start)


def _matches(kind: Kind, data: bytes, earliest: int, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """The matches that the suspect between start and end belongs to."""
    if kind.code == "secret":  # what the search points at is its beginning
        match = kind.pattern.match(data, start, end + kind.reach)
        if match:
            yield match
        return
    for match in kind.pattern.finditer(data, max(start - kind.before, earliest), end + kind.reach):
        if match.start() >= end:
            return
        if match.end() > start:
            yield match


def _possible(suspect: bytes) -> Sequence[Kind]:
    if _IS_SECRET.match(suspect):
        return (*SECRETS, MAIL) if b"@" in suspect else SECRETS
    if b"@" in suspect:
        return (MAIL,)
    return (*PHONES, *ADDRESSES) if b"." in suspect or b":" in suspect else (*NUMBERS, *PHONES)


def _is_announced(kind: Kind, data: bytes, start: int) -> bool:
    return (
        kind.code == "personal_data"
        and kind is not MAIL
        and bool(_ANNOUNCED.search(data[max(start - BEFORE, 0) : start].decode(errors="ignore")))
    )
