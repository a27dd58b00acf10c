"""Makes the training examples of a row, as its file says them. Pure; a row is never changed."""

from collections.abc import Callable, Iterator

from shared.datasets.findings import found
from shared.datasets.shaping.plan import Shaping, Style
from shared.datasets.shaping.recognition import style_of
from shared.datasets.shaping.shaped import Example, Findings, Row, Shaped, shaped
from shared.datasets.shaping.styles import alpaca, answers, messages, sharegpt, stored, transcripts
from shared.datasets.shaping.tables import example_by
from shared.datasets.shaping.texts import is_empty, text_of

_MAKERS: dict[Style, Callable[[Row, Findings], Example]] = {
    Style.MESSAGES: messages.chat,
    Style.MESSAGES_PAIR: messages.pair,
    Style.MESSAGES_PREFERENCE: messages.preference,
    Style.SHAREGPT: sharegpt.chat,
    Style.SHAREGPT_PREFERENCE: sharegpt.preference,
    Style.ALPACA: alpaca.chat,
    Style.ALPACA_PREFERENCE: alpaca.preference,
    Style.TRANSCRIPT: transcripts.chat,
    Style.TRANSCRIPT_PREFERENCE: transcripts.preference,
    Style.STORED_COMPLETION: stored.chat,
}


def to_examples(row: Row, shaping: Shaping) -> Shaped:
    """The examples of one row, of the shape `shaping.shape`; none when the row has an error.

    Whether the examples keep the rules of their shape is not looked at: what a row says wrongly, it says in its example.
    """
    findings: Findings = []
    made = shaped(list(_made(row, shaping, findings)), findings)
    if made.examples or shaping.style is Style.TABLE or _has_what_is_wrong(row, made):
        return made
    style = style_of(row)
    if style in (None, shaping.style):
        return made
    return Shaped((), (found("other_form", "", f'this row is of the form "{style}", the file of "{shaping.style}"'),))


def _has_what_is_wrong(row: Row, made: Shaped) -> bool:
    # A row that lacks everything its file's style speaks of may be of another style: that says more.
    return any(finding.pointer.split("/")[1] in row for finding in made.findings if finding.pointer)


def _made(row: Row, shaping: Shaping, findings: Findings) -> Iterator[Example]:
    if shaping.is_plain:
        yield row
    elif shaping.mapping is not None:
        yield example_by(shaping.mapping, row, findings)
    elif shaping.style is Style.ANSWERS:
        yield from answers.chats(row, shaping.further, findings)
    elif shaping.style is Style.TEXT:
        yield _text(row, findings)
    else:
        yield _MAKERS[shaping.style](row, findings)


def _text(row: Row, findings: Findings) -> Example:
    if is_empty(row.get("text")):
        findings.append(found("empty_cell", "/text", "there is no text here"))
    return {"prompt": "", "completion": text_of(row.get("text"))}
