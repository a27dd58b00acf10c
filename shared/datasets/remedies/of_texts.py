"""Remedies for what is said: Unicode, punctuation, blanks, left-over HTML, broken encodings.

None is recommended for every file: a text may well be about typography, HTML or encodings. What changes the look of
prompts goes into the recipe, since the model should see at inference what it saw in training.
"""

import html
import re
from dataclasses import dataclass
from typing import Literal

from typing_extensions import override

from shared.datasets.remedies.characters import KINDS, normal_form, plain_punctuation
from shared.datasets.remedies.mending import TextMending
from shared.datasets.remedies.recipe import Change, Recipe, Step
from shared.datasets.remedies.remedy import CONVERSATIONS, Remedy

_BREAKS = re.compile(r"<(?:br\s*/?|/p|/div|/li|/tr|/h[1-6])\s*>", re.IGNORECASE)
# An attribute must have a value: "a<b and c>d" is no tag.
_TAGS = re.compile(
    r"</?(?:a|abbr|b|blockquote|center|code|div|em|font|h[1-6]|i|img|li|ol|p|pre|small|span|strong|sub|sup|table|tbody|td"
    r"|th|thead|tr|u|ul)(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))*\s*/?>",
    re.IGNORECASE,
)
_FENCED = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
# The first byte of a character of UTF-8, and a byte that continues one, as Western encodings show them.
_TWICE_ENCODED = re.compile(
    "[Â-ô][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


@dataclass
class NormaliseUnicode(TextMending):
    """NFC joins letters with their accents; NFKC also makes full-width letters and digits plain.

    Characters that nobody sees go. Those that join or part letters stay: some scripts and emoji need them.
    """

    form: Literal["NFC", "NFKC"] = "NFC"

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
    def mend_text(self, text: str) -> str:
        if "<" not in text and "&" not in text:
            return text
        pieces = _FENCED.split(text)
        pieces[::2] = [html.unescape(_TAGS.sub("", _BREAKS.sub("\n", piece))) for piece in pieces[::2]]
        return "".join(pieces)


@dataclass
class FixMojibake(TextMending):
    """UTF-8 that was read as a Western encoding. Only where the whole text goes back to UTF-8 without a remainder."""

    @override
    def mend_text(self, text: str) -> str:
        if not _TWICE_ENCODED.search(text):
            return text
        for encoding in ("cp1252", "latin-1"):
            try:
                return text.encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
        return text


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
