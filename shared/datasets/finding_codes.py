"""Every code a finding can have: what it means, how bad it is, how to mend it, and which providers it stands against.

The one table of them; the documentation of the codes is generated from it. An error keeps a dataset from being ready
and stands against every provider; the rest is let through, but may still stand against one of them.
"""

from dataclasses import dataclass
from enum import StrEnum

PROVIDERS = ("openai", "azure")


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class FindingCode:
    title: str
    severity: Severity
    mend: str
    stands_against: tuple[str, ...]


def _error(title: str, mend: str) -> FindingCode:
    return FindingCode(title, Severity.ERROR, mend, PROVIDERS)


def _warning(title: str, mend: str, *stands_against: str) -> FindingCode:
    return FindingCode(title, Severity.WARNING, mend, stands_against)


def _info(title: str, mend: str, *stands_against: str) -> FindingCode:
    return FindingCode(title, Severity.INFO, mend, stands_against)


_FILE = {
    "empty_file": _error("The file holds no example", "Upload a file with one example per line."),
    "too_few_examples": _error("Too few examples", "Add examples: providers want at least ten, better a hundred."),
    "file_too_large": _error("The file is larger than providers take", "Leave out examples, or shorten them."),
    "not_a_text_file": _error("Not a text file", "Unpack or export it as JSON Lines in UTF-8, and upload that."),
    "byte_order_mark": _info(
        "The file begins with a byte order mark", "Nothing to do: each provider gets the form it wants."
    ),
    "crlf_line_endings": _info("Lines end as on Windows", "Nothing to do: providers get plain line endings."),
    "no_system_message": _info(
        "Examples without a system message", "Fine if the model will also be called without one; otherwise add it."
    ),
    "duplicate_example": _warning(
        "The same example again", "Remove the repetition: it is billed again, and weighs twice."
    ),
    "duplicates_unchecked": _info(
        "Not every example was compared with all others", "Nothing to do; repetitions late in the file may be unseen."
    ),
    "example_too_long": _error(
        "The example is longer than every model takes", "Shorten it: its end, and with it the answer, would be cut off."
    ),
    "example_too_long_for_some": _warning(
        "The example is longer than some models take", "Shorten it, or choose a model that takes longer examples."
    ),
}

_LINE = {
    "not_utf8": _error("Not UTF-8", "Save the file as UTF-8."),
    "blank_line": _error("A blank line between examples", "Remove the line."),
    "trailing_blank_lines": _warning("Blank lines at the end", "Remove them; providers get the file without them."),
    "line_too_long": _error("The line is too long", "Shorten the example; large images belong behind a URL."),
    "too_many_values": _error("The line holds far too many values", "Split the example, or shorten it."),
    "invalid_json": _error("Not JSON", "Write the line with a JSON library rather than by hand."),
    "trailing_comma": _error("A comma before a closing bracket", "Remove the comma."),
    "curly_quotes": _error("Typographic quotation marks", 'Use straight quotation marks (") around keys and texts.'),
    "single_quotes": _error("Single quotation marks", "Use double quotation marks around keys and texts."),
    "python_literal": _error("True, False or None", "Write true, false or null, as JSON does."),
    "several_values": _error("More than one JSON value in the line", "Put each example on a line of its own."),
    "spread_over_lines": _error(
        "JSON spread over several lines", "Write each example on one line, with no list around."
    ),
    "not_an_object": _error("The line is not a JSON object", 'Each line must be an object: {"messages": [...]}.'),
    "duplicate_key": _error(
        "The same key twice in one object", "Keep one of them: readers differ in which one counts."
    ),
    "not_a_number": _error("NaN or Infinity", "JSON has no such numbers: remove it, or write null or a text."),
    "number_out_of_range": _error("A number too large to be kept exactly", "Write it as a text."),
    "nested_too_deep": _error("Objects or lists nested too deep", "Flatten the example."),
    "too_many_findings_in_line": _error("The line has too many faults to list", "Write the line anew."),
    "lone_surrogate": _error("Half of a character", "Write the whole character: a pair of \\u escapes was cut apart."),
    "nul_character": _error("A NUL character in a text or key", "Remove \\u0000."),
}

_OTHER_FORMATS = {
    "preference_row": _error(
        "A preference example among chat examples", "Put preference examples into a file of theirs."
    ),
    "reinforcement_row": _error(
        "A reinforcement example among chat examples", "Add the assistant's answer and remove the extra keys."
    ),
    "completion_row": _error(
        "A prompt with its completion, not a chat", "Make the prompt a user message and the completion the answer."
    ),
    "sharegpt_row": _error(
        "A ShareGPT conversation, not a chat", 'Rename to "messages", "role" and "content", with the roles used here.'
    ),
    "instruction_row": _error(
        "An instruction with its output, not a chat", "Make the instruction a user message and the output the answer."
    ),
}

_ROW = {
    "missing_messages": _error('No "messages"', 'Add "messages": the conversation to learn from.'),
    "messages_not_a_list": _error('"messages" is not a list', "Make it a list of messages, in their order."),
    "messages_empty": _error('"messages" is empty', "Add the conversation, or remove the line."),
    "unknown_key": _error("An extra key beside the messages", "Remove it: providers refuse keys they do not know."),
    "no_assistant_message": _error("No message of the assistant", "Add the answer that the model shall learn."),
    "last_message_not_assistant": _error(
        "The last message is not the assistant's", "End with the answer that the model shall learn."
    ),
    "nothing_trained": _error(
        "Every answer has weight 0", "Give at least one answer weight 1: otherwise nothing is learnt."
    ),
    "invalid_parallel_tool_calls": _error('"parallel_tool_calls" is not true or false', "Write true or false."),
}

_MESSAGE = {
    "message_not_an_object": _error("A message is not an object", 'Write {"role": ..., "content": ...}.'),
    "missing_role": _error("A message without a role", "Add the role: system, user, assistant or tool."),
    "unknown_role": _error("A role that does not exist", "Use system, user, assistant or tool."),
    "developer_role": _warning(
        "The role developer", "Use system, unless the model you train is known to take developer messages."
    ),
    "unknown_message_key": _error("A message has a key that its role does not take", "Remove the key."),
    "name_in_tool_message": _warning("A name in a tool message", "Remove it: Azure refuses it.", "azure"),
    "null_value": _info(
        "A key with the value null", "Leave the key out: OpenAI takes null here, Azure does not.", "azure"
    ),
    "invalid_weight": _error("A weight other than 0 or 1", "Write 0 (do not learn this answer) or 1."),
    "weight_not_on_assistant": _error("A weight on a message that is not the assistant's", "Remove the weight."),
    "invalid_name": _error("A name with characters it may not have", "Use 1 to 64 letters, digits, _ or -."),
    "invalid_refusal": _error('"refusal" is not a text', "Write the refusal as a text, or remove the key."),
}

_CONTENT = {
    "missing_content": _error("A message without content", "Add the content."),
    "invalid_content": _error("Content that is neither a text nor a list of parts", "Write it as a text."),
    "empty_content": _warning("Empty content", "Write the text, or remove the message."),
    "invalid_part": _error("A part of the content is malformed", 'Write {"type": "text", "text": ...}.'),
    "unknown_part_type": _error("A kind of content that is not taken here", "Use text, or images in user messages."),
    "image_not_from_user": _error("An image outside a user message", "Move the image into a user message."),
    "invalid_image": _error("An image without a usable address", "Give an https URL or a base64 data URL."),
    "unsupported_image": _error("An image of a kind that is not taken", "Convert it to JPEG, PNG or WEBP."),
    "image_too_large": _error("An image over 10 MB", "Make the image smaller."),
    "over_10_images": _warning("More than 10 images in one example", "Use at most 10 images per example.", "openai"),
    "over_64_images": _error("More than 64 images in one example", "Use at most 10 images per example, 64 on Azure."),
}

_TOOLS = {
    "invalid_tools": _error('"tools" is not a list of tools', 'List the tools, or leave "tools" out.'),
    "invalid_tool": _error("A tool is malformed", 'Write {"type": "function", "function": {"name": ...}}.'),
    "invalid_functions": _error(
        '"functions" is not a list of 1 to 128 functions', 'List them, or better: use "tools".'
    ),
    "invalid_function": _error("A function is malformed", 'Write {"name": ..., "parameters": {...}}.'),
    "deprecated_functions": _info("The old form of tools", 'Consider "tools" and "tool_calls": "functions" will go.'),
    "duplicate_tool": _warning("A tool is declared twice", "Keep one of the two."),
    "invalid_tool_calls": _error('"tool_calls" is not a list of calls', "List the calls, or leave the key out."),
    "invalid_tool_call": _error(
        "A tool call is malformed",
        'Write {"id": ..., "type": "function", "function": {"name": ..., "arguments": ...}}.',
    ),
    "duplicate_tool_call_id": _error("Two tool calls with one id", "Give every call of the example an id of its own."),
    "arguments_not_text": _error("Arguments that are not a text", "Write the arguments as a text that holds JSON."),
    "arguments_not_json": _error(
        "Arguments that do not hold JSON", "Mend the JSON: the model would learn to break it."
    ),
    "undeclared_tool": _warning("A call of a tool that is not declared", 'Add the tool to "tools".'),
    "missing_tool_call_id": _error("A tool message that does not say what it answers", 'Add "tool_call_id".'),
    "unknown_tool_call_id": _error(
        "A tool message that answers no open call", "Use the id of a call of the assistant message before it, once."
    ),
    "unanswered_tool_call": _error(
        "The conversation goes on before a tool call was answered", "Add the tool message that answers it."
    ),
}

FINDING_CODES = {**_FILE, **_LINE, **_OTHER_FORMATS, **_ROW, **_MESSAGE, **_CONTENT, **_TOOLS}
