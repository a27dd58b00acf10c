"""Sealing provider credentials: each with a data key of its own, which in turn is sealed with the master key (AES-256-GCM).

What is sealed can only be opened for the connection that it was sealed for.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.ids import ConnectionId

_VERSION = b"\x01"
_NONCE, _KEY, _TAG = 12, 32, 16
_WRAPPED = _NONCE + _KEY + _TAG


class CannotOpen(Exception):
    """The master key is not the one that this credential was sealed with, or the bytes were changed."""


class Vault:
    """Seals and opens with one master key of 32 bytes, given in base 64."""

    def __init__(self, secret_key: str) -> None:
        try:
            key = base64.b64decode(secret_key, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("TUNEWRIGHT_SECRET_KEY is not base 64: make one with `openssl rand -base64 32`") from error
        if len(key) != _KEY:
            raise ValueError("TUNEWRIGHT_SECRET_KEY is not 32 bytes long: make one with `openssl rand -base64 32`")
        self._master = AESGCM(key)

    def seal(self, credential: str, owner: ConnectionId) -> bytes:
        """The credential as bytes that may be stored."""
        data_key, bound_to = AESGCM.generate_key(bit_length=256), owner.encode()
        outer, inner = os.urandom(_NONCE), os.urandom(_NONCE)
        wrapped = outer + self._master.encrypt(outer, data_key, bound_to)
        return _VERSION + wrapped + inner + AESGCM(data_key).encrypt(inner, credential.encode(), bound_to)

    def open(self, sealed: bytes, owner: ConnectionId) -> str:
        """The credential. Raises CannotOpen."""
        wrapped, rest, bound_to = sealed[1 : 1 + _WRAPPED], sealed[1 + _WRAPPED :], owner.encode()
        try:
            data_key = self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound_to)
            return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], bound_to).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"the credential of {owner} was sealed with another TUNEWRIGHT_SECRET_KEY") from error
