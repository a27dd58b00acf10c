"""Sealing provider credentials: each with a data key of its own, which in turn is wrapped with a key of the installation's.

Several of the installation's keys may be known at once: the first seals, and what another one has sealed names it. So keys are
changed while the service runs (see `rotation`). AES-256-GCM; what is sealed can only be opened for its own connection.
"""

import base64
import binascii
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.ids import ConnectionId
from shared.providers.identity import NO_MACHINE, Machine

_NAMELESS, _NAMED = b"\x01", b"\x02"
"""The first byte. What was sealed before keys had names does not say which one opens it."""
_NONCE, _KEY, _TAG, _NAME = 12, 32, 16, 8
_WRAPPED = _NONCE + _KEY + _TAG

_MAKE_ONE = "make one with `openssl rand -base64 32`"


class CannotOpen(Exception):
    """None of the keys is the one that this credential was sealed with, or the bytes were changed; or what the machine gives out in
    place of a credential is not for this host.
    """


class Vault:
    """Seals and opens with the installation's keys: 32 bytes each in base 64, apart by commas or white space, the newest first.

    Raises ValueError, which repeats no key. `machine` has the credentials that need not be kept, since the machine gives them out.
    """

    def __init__(self, secret_keys: str, machine: Machine = NO_MACHINE) -> None:
        self.machine = machine
        keys = [_decoded(one) for one in secret_keys.replace(",", " ").split()]
        if not keys:
            raise ValueError(f"TUNEWRIGHT_SECRET_KEY holds no key: {_MAKE_ONE}")
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[0])

    @property
    def stamp(self) -> bytes:
        """With what everything begins that the newest key has sealed."""
        return _NAMED + self._newest

    def seal(self, credential: str, owner: ConnectionId) -> bytes:
        """The credential as bytes that may be stored."""
        data_key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(_NONCE)
        inner = nonce + AESGCM(data_key).encrypt(nonce, credential.encode(), owner.encode())
        return self._wrap(data_key, owner) + inner

    def open(self, sealed: bytes, owner: ConnectionId) -> str:
        """The credential. Raises CannotOpen."""
        data_key, inner = self._unwrap(sealed, owner), inner_of(sealed)
        try:
            return AESGCM(data_key).decrypt(inner[:_NONCE], inner[_NONCE:], owner.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise _changed(owner) from error

    def rewrap(self, sealed: bytes, owner: ConnectionId) -> bytes:
        """The same credential under the newest key; the credential itself is not opened for it. Raises CannotOpen."""
        return self._wrap(self._unwrap(sealed, owner), owner) + inner_of(sealed)

    def _wrap(self, data_key: bytes, owner: ConnectionId) -> bytes:
        nonce = os.urandom(_NONCE)
        return self.stamp + nonce + self._keys[self._newest].encrypt(nonce, data_key, owner.encode())

    def _unwrap(self, sealed: bytes, owner: ConnectionId) -> bytes:
        wrapped = sealed[_begin(sealed) :][:_WRAPPED]
        for key in self._that_may_open(sealed, owner):
            try:
                return key.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], owner.encode())
            except (InvalidTag, ValueError):
                continue
        raise _changed(owner)

    def _that_may_open(self, sealed: bytes, owner: ConnectionId) -> list[AESGCM]:
        if sealed[:1] != _NAMED:
            return list(self._keys.values())
        named = self._keys.get(sealed[1 : 1 + _NAME])
        if named is None:
            raise CannotOpen(f"the credential of {owner} was sealed with another TUNEWRIGHT_SECRET_KEY")
        return [named]


def is_same_sealing(one: bytes | None, other: bytes | None) -> bool:
    """Whether nobody has sealed anew in between: under which key it is wrapped does not count."""
    return inner_of(one or b"") == inner_of(other or b"")


def inner_of(sealed: bytes) -> bytes:
    """What a change of the installation's keys leaves as it is: equal for the same sealing of a credential, and for no other."""
    return sealed[_begin(sealed) + _WRAPPED :]


def _begin(sealed: bytes) -> int:
    """Where the wrapped data key begins."""
    return 1 + (_NAME if sealed[:1] == _NAMED else 0)


def _name(key: bytes) -> bytes:
    """A key's name, from which nothing of the key follows."""
    return sha256(b"tunewright key name" + key).digest()[:_NAME]


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"TUNEWRIGHT_SECRET_KEY is not base 64: {_MAKE_ONE}") from error
    if len(key) != _KEY:
        raise ValueError(f"TUNEWRIGHT_SECRET_KEY is not 32 bytes long: {_MAKE_ONE}")
    return key


def _changed(owner: ConnectionId) -> CannotOpen:
    return CannotOpen(f"the credential of {owner} was sealed with another TUNEWRIGHT_SECRET_KEY, or changed")
