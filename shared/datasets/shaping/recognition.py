"""Recognises how a file says its examples, from some of its rows. What most rows say decides; nothing is changed here.

Chats that depart from what providers take are the exception: in a file of that kind most rows may be without a departure, and
reading them so loses nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

from shared.datasets.findings import Finding, found
from shared.datasets.shaping.columns import guess_mapping
from shared.datasets.shaping.plan import Shaping, Style, Unshaped
from shared.datasets.shaping.shaped import Row
from shared.datasets.shaping.styles.alpaca import ANSWERING, ASKING
from shared.datasets.shaping.styles.answers import is_list_of_texts
from shared.datasets.shaping.styles.blocks import is_block
from shared.datasets.shaping.styles.sharegpt import KEYS as CONVERSATIONS
from shared.datasets.shaping.styles.stored import is_stored
from shared.datasets.shaping.styles.transcripts import is_transcript

CHAT_KEYS = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})
NULLABLE = frozenset({"content", "refusal", "tool_calls", "function_call"})

RARE = 10
"""One in so many: what fewer rows of a chat file do is a fault of theirs, and no manner of writing."""

USED_BY = {
    Style.MESSAGES: {*CHAT_KEYS, "system"},
    Style.MESSAGES_PAIR: {"prompt", "completion", "system", "tools", "parallel_tool_calls"},
    Style.MESSAGES_PREFERENCE: {"prompt", "messages", "chosen", "rejected", "system", "tools", "parallel_tool_calls"},
    Style.SHAREGPT: {*CONVERSATIONS, "system", "tools", "images"},
    Style.SHAREGPT_PREFERENCE: {*CONVERSATIONS, "system", "tools", "images", "chosen", "rejected"},
    Style.ALPACA: {"instruction", "input", "context", *ANSWERING, "system", "history"},
    Style.ALPACA_PREFERENCE: {*ASKING, "input", "context", "chosen", "rejected", "system", "history"},
    Style.TRANSCRIPT: {"text", "prompt", "completion"},
    Style.TRANSCRIPT_PREFERENCE: {"chosen", "rejected"},
    Style.STORED_COMPLETION: {"request", "response", "messages", "input", "choices", "output", "tools"},
    Style.ANSWERS: {"conversation"},
    Style.TEXT: {"text"},
}
"""What each style reads of a row. Of training examples everything is kept, and of a table what the mapping names."""


def guess(rows: Sequence[Row]) -> Shaping | Unshaped:
    """How these rows say their examples. Some hundred rows of a file are enough; at least one is needed."""
    if not rows:
        raise ValueError("nothing can be recognised in no rows")
    styles = Counter(style_of(row) for row in rows)
    style = styles.most_common(1)[0][0]
    if style is Style.CHAT and styles[Style.MESSAGES] * RARE >= len(rows):
        style = Style.MESSAGES
    if style is not None:
        return Shaping(style)
    return guess_by_header(tuple(dict.fromkeys(column for row in rows for column in row)))


def guess_by_header(columns: tuple[str, ...]) -> Shaping | Unshaped:
    """The same where only the names of the columns are known."""
    mapping = guess_mapping(columns)
    return Unshaped(columns) if mapping is None else Shaping(Style.TABLE, mapping)


def unknown_form(unshaped: Unshaped) -> Finding:
    """The finding of the whole file that says what to send as `mapping`."""
    return found("unknown_form", "", unshaped.message)


def columns_left_out(columns: Collection[str], shaping: Shaping) -> Finding | None:
    """One finding of the whole file that names the columns of which no example will say anything; None if there are none."""
    if shaping.is_plain:
        return None
    used = set(shaping.mapping.columns) if shaping.mapping else USED_BY[shaping.style]
    left = [column for column in columns if column not in used]
    if not left:
        return None
    return found("columns_left_out", "", "these columns are not used: " + ", ".join(map(str, left)))


def style_of(row: Row) -> Style | None:
    """The style that one row has by itself; None for a row of a table."""
    return next((style for style, has in _MARKS if has(row)), None)


def _is_preference(row: Row) -> bool:
    return "preferred_output" in row and "non_preferred_output" in row and isinstance(row.get("input"), dict)


def _has_pair(row: Row, kinds: type | tuple[type, ...]) -> bool:
    return isinstance(row.get("chosen"), kinds) and isinstance(row.get("rejected"), kinds)


def _has_turns(row: Row) -> bool:
    return any(isinstance(row.get(key), list) and _are_objects(row[key]) for key in CONVERSATIONS)


def _are_objects(turns: list[Any]) -> bool:
    return any(isinstance(turn, dict) for turn in turns)


def _is_sharegpt_preference(row: Row) -> bool:
    return _has_turns(row) and _has_pair(row, (dict, str, list))


def _is_transcript_preference(row: Row) -> bool:
    return _has_pair(row, str) and is_transcript(row["chosen"]) and is_transcript(row["rejected"])


def _is_alpaca_preference(row: Row) -> bool:
    return _has_pair(row, str) and any(isinstance(row.get(key), str) for key in (*ASKING, "input"))


def _is_messages_preference(row: Row) -> bool:
    return _has_pair(row, (list, dict)) or (_has_pair(row, str) and isinstance(row.get("prompt"), list))


def _is_messages_pair(row: Row) -> bool:
    return isinstance(row.get("prompt"), list) and isinstance(row.get("completion"), list)


def _has_messages(row: Row) -> bool:
    return isinstance(row.get("messages"), list)


def _departs(row: Row) -> bool:
    """Whether messages are written otherwise than a provider takes them, as other makers of such files write them."""
    if not _has_messages(row):
        return False
    tools = row.get("tools")
    listed = tools if isinstance(tools, list) else []
    messages = [message for message in row["messages"] if isinstance(message, dict)]
    return (
        "system" in row
        or ("tools" in row and (tools is None or isinstance(tools, str)))
        or any(isinstance(tool, str) or (isinstance(tool, dict) and "input_schema" in tool) for tool in listed)
        or any(_message_departs(message) for message in messages)
    )


def is_of_another_maker(row: Row) -> bool:
    """Whether messages are written as another provider takes them, and not merely with a fault."""
    if not _has_messages(row):
        return False
    contents = [message.get("content") for message in row["messages"] if isinstance(message, dict)]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    return "system" in row or any(is_block(part) for part in parts)


def _message_departs(message: dict[str, Any]) -> bool:
    content, calls = message.get("content"), message.get("tool_calls")
    return (
        any(is_block(part) for part in (content if isinstance(content, list) else ()))
        or any(_has_object_as_arguments(call) for call in (calls if isinstance(calls, list) else ()))
        or any(value is None and key not in NULLABLE for key, value in message.items())
    )


def _has_object_as_arguments(call: object) -> bool:
    function = call.get("function") if isinstance(call, dict) else None
    return isinstance(function, dict) and isinstance(function.get("arguments"), dict)


def _is_reinforcement(row: Row) -> bool:
    if not _has_messages(row) or not row.keys() - CHAT_KEYS:
        return False
    roles = [message.get("role") for message in row["messages"] if isinstance(message, dict)]
    return roles[-1:] == ["user"]


def _is_alpaca(row: Row) -> bool:
    return "instruction" in row and any(key in row for key in ANSWERING)


def _is_transcript(row: Row) -> bool:
    if "text" in row:
        return is_transcript(row["text"])
    return "completion" in row and is_transcript(row.get("prompt"))


def _is_completion(row: Row) -> bool:
    return row.keys() == {"prompt", "completion"}


def _is_text(row: Row) -> bool:
    return row.keys() == {"text"} and isinstance(row["text"], str)


# The first mark that a row bears tells its style: what says more stands before what says less.
_MARKS: tuple[tuple[Style, Callable[[Row], bool]], ...] = (
    (Style.PREFERENCE, _is_preference),
    (Style.SHAREGPT_PREFERENCE, _is_sharegpt_preference),
    (Style.SHAREGPT, _has_turns),
    (Style.ANSWERS, is_list_of_texts),
    (Style.TRANSCRIPT_PREFERENCE, _is_transcript_preference),
    (Style.MESSAGES_PREFERENCE, _is_messages_preference),
    (Style.ALPACA_PREFERENCE, _is_alpaca_preference),
    (Style.MESSAGES_PAIR, _is_messages_pair),
    (Style.STORED_COMPLETION, is_stored),
    (Style.REINFORCEMENT, _is_reinforcement),
    (Style.MESSAGES, _departs),
    (Style.CHAT, _has_messages),
    (Style.ALPACA, _is_alpaca),
    (Style.TRANSCRIPT, _is_transcript),
    (Style.COMPLETION, _is_completion),
    (Style.TEXT, _is_text),
)
