"""The shape of an API key: `tw_`, 30 base-62 characters of entropy, 6 of CRC-32. Pure; stores nothing.

The checksum lets a mistyped or made-up key be refused before the database is asked.
"""

import hashlib
import secrets
import string
import zlib

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PREFIX = "tw_"
_ENTROPY, _CHECK = 30, 6


def generate() -> str:
    """A new secret with 178 bits of entropy."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_ENTROPY))
    return _PREFIX + body + _checksum(body)


def is_well_formed(secret: str) -> bool:
    """Whether the text can be a key of ours at all."""
    body = secret[len(_PREFIX) : -_CHECK]
    return (
        secret.startswith(_PREFIX)
        and len(body) == _ENTROPY
        and all(character in _ALPHABET for character in body)
        and secret[-_CHECK:] == _checksum(body)
    )


def sha256(secret: str) -> str:
    """What is stored of a key: a plain hash is enough for 178 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint(secret: str) -> str:
    """What may be shown of a key, to tell it from others."""
    return f"{secret[:7]}…{secret[-4:]}"


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    return "".join(_ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in reversed(range(_CHECK)))
