"""Corpora of chatbots: a list of a question and its answers, or of the turns of a conversation."""

from collections.abc import Iterator

from shared.datasets.findings import found, pointer
from shared.datasets.shaping.plan import Further
from shared.datasets.shaping.shaped import Example, Findings, Row
from shared.datasets.shaping.texts import text_of

KEY = "conversation"


def is_list_of_texts(row: Row) -> bool:
    said = row.get(KEY)
    return isinstance(said, list) and bool(said) and not any(isinstance(one, list | dict) for one in said)


def chats(row: Row, further: Further, findings: Findings) -> Iterator[Example]:
    """An example for each answer to the question, or one of all turns."""
    said = row.get(KEY)
    if not is_list_of_texts(row) or not isinstance(said, list):
        findings.append(found("not_a_list_of_turns", pointer(KEY), "this is no list of texts", said))
        return
    question, *answers = map(text_of, said)
    if not answers:
        findings.append(found("no_answer", pointer(KEY), "there is a question only", question))
    elif further is Further.TURNS:
        yield _chat([question, *answers])
    else:
        for answer in answers:
            yield _chat([question, answer])


def _chat(texts: list[str]) -> Example:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[index % 2], "content": text} for index, text in enumerate(texts)]}
