"""Remedies for what is said: Unicode, punctuation, blanks, left-over HTML, broken encodings.

None is recommended for every file: a text may well be about typography, HTML or encodings. What changes the look of
prompts goes into the recipe, since the model should see at inference what it saw in training.
"""

from dataclasses import dataclass
from typing import Literal

from typing_extensions import override

from shared.datasets.remedies.characters import KINDS, is_plain_ascii, normal_form, plain_punctuation
from shared.datasets.remedies.markup import without_html
from shared.datasets.remedies.mending import TextMending
from shared.datasets.remedies.mojibake import decoded_anew, may_be_mojibake
from shared.datasets.remedies.recipe import Change, Recipe, Step
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy


@dataclass
class NormaliseUnicode(TextMending):
    """NFC joins letters with their accents; NFKC also makes full-width letters and digits plain.

    Characters that nobody sees go. Those that join or part letters stay: some scripts and emoji need them.
    """

    form: Literal["NFC", "NFKC"] = "NFC"

    @override
    def is_idle(self, said: str, /) -> bool:
        return is_plain_ascii(said)

    @override
    def mend_text(self, text: str) -> str:
        return normal_form(text, self.form)

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.UNICODE_NORMALISED, self.form),))


@dataclass
class NormalisePunctuation(TextMending):
    """Full-width signs are what Chinese and Japanese texts should have: switch them off there."""

    quotes: bool = True
    full_width: bool = True
    dashes: bool = False
    spaces: bool = True

    @override
    def is_idle(self, said: str, /) -> bool:
        return plain_punctuation(said, self._kinds()) is said

    @override
    def mend_text(self, text: str) -> str:
        return plain_punctuation(text, self._kinds())

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.PUNCTUATION_NORMALISED, ",".join(self._kinds())),))

    def _kinds(self) -> list[str]:
        return [kind for kind in KINDS if getattr(self, kind)]


@dataclass
class StripWhitespace(TextMending):
    """Blanks and line ends before and after a text."""

    @override
    def mend_text(self, text: str) -> str:
        # What is nothing but blanks would become an empty message, which is a fault of another kind.
        return text.strip() or text

    @override
    def recipe(self) -> Recipe:
        return Recipe((Step(Change.PROMPT_STRIPPED),))


@dataclass
class StripHtml(TextMending):
    """Tags of ordinary text and character references. What stands in backquotes is code and stays."""

    @override
    def is_idle(self, said: str, /) -> bool:
        return "<" not in said and "&" not in said

    @override
    def mend_text(self, text: str) -> str:
        return without_html(text)


@dataclass
class FixMojibake(TextMending):
    """UTF-8 that was read as a Western encoding, in the whole text or in the places where it plainly was."""

    @override
    def is_idle(self, said: str, /) -> bool:
        return not may_be_mojibake(said)

    @override
    def mend_text(self, text: str) -> str:
        return decoded_anew(text)


REMEDIES = (
    Remedy("fix_mojibake", "Mend texts that were decoded wrongly", ("mojibake",), FixMojibake, recommended=False),
    Remedy("strip_html", "Remove HTML from texts", ("html_leftover",), StripHtml, recommended=False),
    Remedy(
        "normalise_unicode",
        "Write every character in one form",
        ("control_character", "invisible_character"),
        NormaliseUnicode,
        recommended=False,
        changes_inference=True,
    ),
    Remedy(
        "normalise_punctuation",
        "Write punctuation in plain characters",
        (),
        NormalisePunctuation,
        recommended=False,
        changes_inference=True,
    ),
    Remedy(
        "strip_whitespace",
        "Remove blanks around texts",
        ("uneven_whitespace",),
        StripWhitespace,
        CONVERSATIONS,
        recommended=False,
        changes_inference=True,
    ),
)
