"""The check digits by which a number of a person is told from any other number. Each takes ASCII without separators."""

from datetime import date

CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHINESE_REGIONS = (
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83,
)  # fmt: skip
SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
COUNTRIES_OF_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "PT QA",
    26: "IS TR",
    27: "FR GR IT MC MR SM",
    28: "AL AZ CY DO GT HU LB PL",
    29: "BR EG PS UA",
    30: "JO KW MU",
    31: "MT SC",
    32: "LC",
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
    if text[:2] not in COUNTRIES_OF_LENGTH.get(len(text), "").split():
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
