"""Makes examples of one shape into examples of another. Pure; what cannot be said in the other shape is a finding."""

from shared.datasets.findings import Finding, found
from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Conversion
from shared.datasets.shaping.conversions.from_chat import FROM_CHAT, preference_of
from shared.datasets.shaping.conversions.into_chat import INTO_CHAT, check_chat
from shared.datasets.shaping.conversions.unrolling import unrolled
from shared.datasets.shaping.shaped import Example, Shaped, Unsayable


def convert(example: Example, conversion: Conversion) -> Shaped:
    """The examples that one becomes: one, or with `unroll` one for each answer; none when it cannot be said.

    A chat becomes a preference example whose worse answer is still to be added (an empty `non_preferred_output`), and a
    finding says so. `paired` makes whole ones.
    """
    if conversion.source is conversion.target and not conversion.unroll:
        return Shaped((example,))
    try:
        chat = INTO_CHAT[conversion.source](example, conversion)
        chats = unrolled(chat) if conversion.unroll else [chat]
        made = tuple(FROM_CHAT[conversion.target](one, conversion) for one in chats)
    except Unsayable as why:
        return Shaped((), (found("cannot_convert", why.where, why.message),))
    return Shaped(made, _still_missing(conversion))


def paired(better: Example, worse: Example) -> Shaped:
    """A preference example of two chats that differ in their last answer only, such as a person's and a model's."""
    try:
        one, other = preference_of(check_chat(better)), preference_of(check_chat(worse))
    except Unsayable as why:
        return Shaped((), (found("cannot_convert", why.where, why.message),))
    if one["input"] != other["input"]:
        return Shaped((), (found("prompts_differ", "/messages", "the two chats were not asked the same"),))
    if one["preferred_output"] == other["preferred_output"]:
        return Shaped((), (found("cannot_convert", "/messages", "the two answers are the same: none is preferred"),))
    return Shaped((one | {"non_preferred_output": other["preferred_output"]},))


def _still_missing(conversion: Conversion) -> tuple[Finding, ...]:
    if conversion.target is not Shape.PREFERENCE:
        return ()
    return (found("half_a_preference", "/non_preferred_output", "the worse answer is still to be added"),)
