"""In which encoding a model's tokens are counted, by the model's name: base models, tuned ones, and Azure's spellings.

A prefix table is a trap: `ft:gpt-4.1-…` begins like `ft:gpt-4`, which is counted otherwise. So the name of the base is made
out first. A model that is not known is refused, never guessed.
"""

import re

from shared.datasets.tokens.vocabularies import Encoding


class UnknownModelError(ValueError):
    """Nobody has said how this model's tokens are counted."""


# The first that fits the base model's name decides.
_FAMILIES = (
    (re.compile(r"gpt-4o|chatgpt-4o|gpt-4\.[15]|gpt-5|o[134](-|$)"), Encoding.O200K_BASE),
    (re.compile(r"gpt-(4|3\.5|35)(-|$)|gpt-(3\.5|35)-turbo|(davinci|babbage)-002$"), Encoding.CL100K_BASE),
)
_TUNED = re.compile(r"ft:(?P<base>[^:]+)(:|$)")
_TUNED_ON_AZURE = re.compile(r"(?P<base>.+?)\.ft-")


def base_of(model: str) -> str:
    """The model that a tuned one was made from: of `ft:gpt-4.1-mini-2025-04-14:org::id` and
    `gpt-4.1-mini-2025-04-14.ft-…` it is `gpt-4.1-mini-2025-04-14`. Others are their own base.
    """
    tuned = _TUNED.match(model) or _TUNED_ON_AZURE.match(model)
    return tuned["base"] if tuned else model


def encoding_of(model: str) -> Encoding:
    """Raises UnknownModelError."""
    base = base_of(model)
    for family, encoding in _FAMILIES:
        if family.match(base):
            return encoding
    raise UnknownModelError(f'how the tokens of "{model}" are counted is not known')
