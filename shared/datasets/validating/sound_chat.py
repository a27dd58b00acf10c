"""Chat examples that are so plainly sound that no rule has anything to say: told from the others many at once.

Conservative on purpose. Only what is certain passes: messages of system (first, if at all), user and assistant in turn, with
a text each that is not blank, the last one the assistant's; weights of 0 and 1 on answers; nothing else. Everything else,
sound or not, is left to the strict parser and the rules. A test holds both ways of judging against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated, Literal

import msgspec
import numpy as np
import re2
from msgspec import UNSET, Meta, UnsetType
from numpy.typing import NDArray

from shared.datasets.reading.strict_json import MOST_COMMAS
from shared.datasets.tokens.pieces import ROLES
from shared.datasets.validating.canonical import Canonical, canonical_of, encode_lines

_CODES = {role: ROLES.index(role) for role in ("system", "user", "assistant")}
_SYSTEM, _USER, _ASSISTANT = _CODES.values()
_START = len(ROLES)


def _turns() -> NDArray[np.bool_]:
    """Who may speak (column) after whom (row); the last row is the beginning."""
    may_follow = np.zeros((_START + 1, len(ROLES)), bool)
    may_follow[[_SYSTEM, _ASSISTANT, _START], _USER] = True
    may_follow[_START, _SYSTEM] = may_follow[_USER, _ASSISTANT] = True
    return may_follow


_MAY_FOLLOW = _turns()

# Escapes that hide what matters here: a quotation mark, or NUL.
_HIDDEN = re2.compile(rb"\\u00(?:22|00)")


class Message(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    content: Annotated[str, Meta(min_length=1)]
    role: Literal["system", "user", "assistant"]
    weight: Literal[0, 1] | UnsetType = UNSET  # true and 1.0 do not pass


class Chat(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    messages: Annotated[list[Message], Meta(min_length=1)]


_decode = msgspec.json.Decoder(Chat).decode
_encode = msgspec.json.Encoder().encode
# UnicodeDecodeError is a ValueError; endless nesting is said by Python itself.
_REFUSALS = (msgspec.MsgspecError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True, eq=False)
class SoundChats:
    """The sound ones of some texts, column by column: n examples with m messages in all."""

    places: NDArray[np.int64]  # n, rising: which of the texts they are
    sizes: NDArray[np.int64]  # n: how many messages each has
    roles: Sequence[str]  # m
    speakers: NDArray[np.int8]  # m: the roles as index into ROLES
    texts: Sequence[str]  # m
    trained: NDArray[np.bool_]  # m: whether the message is learnt
    canonical: Canonical

    @property
    def owners(self) -> NDArray[np.int64]:
        """m: whose message it is, from 0 to n - 1."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def sound_chats(contents: Sequence[bytes]) -> SoundChats:
    """`contents`: JSON texts without line end."""
    decoded = _decoded(contents)
    while True:
        places = [place for place, chat in enumerate(decoded) if chat is not None]
        chats = [chat for chat in decoded if chat is not None]
        messages = list(chain.from_iterable([chat.messages for chat in chats]))
        weights = _weights(messages)
        found = _columns(chats, messages, weights)
        faulty = _out_of_turn(found, weights)
        if not faulty:
            canonical = _canonical(chats)
            faulty = _ambiguous([contents[place] for place in places], chats, canonical)
            if not faulty:
                return replace(found, places=np.array(places, np.int64), canonical=canonical)
        for index in faulty:
            decoded[places[index]] = None


def _decoded(contents: Sequence[bytes]) -> list[Chat | None]:
    try:
        return list(map(_decode, contents))
    except _REFUSALS:
        return [_decoded_alone(content) for content in contents]


def _decoded_alone(content: bytes) -> Chat | None:
    try:
        return _decode(content)
    except _REFUSALS:
        return None


def _columns(chats: list[Chat], messages: list[Message], weights: NDArray[np.int8]) -> SoundChats:
    """All but the places and the canonical form."""
    roles = [message.role for message in messages]
    speakers = np.fromiter(map(_CODES.__getitem__, roles), np.int8, len(roles))
    return SoundChats(
        places=np.zeros(0, np.int64),
        sizes=np.fromiter(map(len, [chat.messages for chat in chats]), np.int64, len(chats)),
        roles=roles,
        speakers=speakers,
        texts=[message.content for message in messages],
        trained=(speakers == _ASSISTANT) & (weights != 0),
        canonical=canonical_of(b""),
    )


def _weights(messages: list[Message]) -> NDArray[np.int8]:
    """-1 where none is said."""
    weights = [message.weight for message in messages]
    if weights.count(UNSET) == len(weights):
        return np.full(len(weights), -1, np.int8)
    return np.array([-1 if weight is UNSET else weight for weight in weights], np.int8)


def _out_of_turn(found: SoundChats, weights: NDArray[np.int8]) -> list[int]:
    """The examples that break the course of a conversation, say nothing somewhere or teach nothing, by their index."""
    if not len(found.sizes):
        return []
    speakers = found.speakers
    ends = np.cumsum(found.sizes)
    starts = ends - found.sizes
    before = np.roll(speakers, 1)
    before[starts] = _START
    is_faulty = ~_MAY_FOLLOW[before, speakers]
    is_faulty[ends - 1] |= speakers[ends - 1] != _ASSISTANT
    if any(map(str.isspace, found.texts)):
        is_faulty |= np.fromiter(map(str.isspace, found.texts), bool, len(found.texts))
    if weights.max() >= 0:
        is_faulty |= (weights >= 0) & (speakers != _ASSISTANT)
        is_faulty[starts] |= ~np.logical_or.reduceat(found.trained, starts)
    faulty: list[int] = np.unique(found.owners[is_faulty]).tolist() if is_faulty.any() else []
    return faulty


def _canonical(chats: Sequence[Chat]) -> Canonical:
    answers = [[chat.messages.pop()] for chat in chats]  # the last message is known to be the assistant's
    canonical = canonical_of(encode_lines(list(chain.from_iterable(zip(chats, answers, strict=True)))))
    for chat, answer in zip(chats, answers, strict=True):
        chat.messages += answer
    return canonical


def _ambiguous(contents: Sequence[bytes], chats: Sequence[Chat], canonical: Canonical) -> list[int]:
    """The examples whose text may hold what decoding does not show: a key given twice, NUL, or a million commas.

    A repeated key takes its quotation marks along when it is dropped. So where the text has as many as what was decoded, none
    was dropped; and since no example has fewer, equal sums of many examples say the same of each.
    """
    text = b"\n".join(contents)
    is_short = max(map(len, contents), default=0) <= MOST_COMMAS
    if is_short and not _HIDDEN.search(text) and _quotes(text) == _quotes(canonical.utf8):
        return []
    return [index for index, chat in enumerate(chats) if _is_ambiguous(contents[index], chat)]


def _is_ambiguous(content: bytes, chat: Chat) -> bool:
    is_hiding = _HIDDEN.search(content) is not None
    return is_hiding or len(content) > MOST_COMMAS or _quotes(content) != _quotes(_encode(chat))


def _quotes(text: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord('"')))
