"""The check digits by which a number of a person is told from any other number. Each takes ASCII without separators."""

from datetime import date

CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHINESE_REGIONS = frozenset(
    (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54)
    + (61, 62, 63, 64, 65, 71, 81, 82, 83)
)
SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
IBAN_LENGTHS = {
    country: int(length)
    for country, length in (
        pair.split(":")
        for pair in (
            "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 DO:28 EE:20 EG:29 "
            "ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 "
            "KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 "
            "PT:25 QA:29 RO:24 RS:22 SA:24 SC:31 SE:24 SI:19 SK:24 SM:27 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20"
        ).split()
    )
}


def is_card(digits: str) -> bool:
    """A number of a card network's length and prefix (ISO/IEC 7812) whose Luhn sum is right."""
    return _is_issued(digits) and _luhn(digits) and len(set(digits)) > 1


def _is_issued(digits: str) -> bool:
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    if len(digits) == 14:
        return two in (30, 36, 38, 39)
    if len(digits) == 15:
        return two in (34, 37)
    if len(digits) == 13:
        return digits[0] == "4"
    is_mastercard = 51 <= two <= 55 or 2221 <= four <= 2720
    is_discover = four == 6011 or two == 65 or 644 <= three <= 649
    is_other = 3528 <= four <= 3589 or two == 62
    return digits[0] == "4" or is_discover or is_other or (is_mastercard and len(digits) == 16)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """ISO 13616: the length of its country, and 1 modulo 97."""
    if len(text) != IBAN_LENGTHS.get(text[:2]):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def is_chinese_id(text: str) -> bool:
    """GB 11643: a region, a date of birth that there was, and the check character (ISO 7064 mod 11-2)."""
    if int(text[:2]) not in CHINESE_REGIONS or not _is_birthday(text[6:14]):
        return False
    weighted = sum(weight * int(digit) for weight, digit in zip(CHINESE_WEIGHTS, text, strict=False))
    return "10X98765432"[weighted % 11] == text[17].upper()


def _is_birthday(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return day.year >= 1900 and day <= date(2100, 1, 1)


def is_german_tax_id(digits: str) -> bool:
    """Eleven digits: of the first ten, one comes twice or thrice and the rest at most once; ISO 7064 mod 11,10."""
    times = sorted((digits[:10].count(digit) for digit in set(digits[:10])), reverse=True)
    if digits[0] == "0" or times[0] not in (2, 3) or times[1] != 1:
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def is_spanish_id(text: str) -> bool:
    """DNI or NIE: the letter at its end is the number modulo 23."""
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return SPANISH_LETTERS[int(number) % 23] == text[-1]


def is_social_security_number(digits: str) -> bool:
    """Of the United States: no check digit, but areas, groups and serials that were never given."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"
