"""What can be wrong with a chat example: the row, its messages, what they say, and the tools."""

from shared.datasets.findings.code import error, info, warning

OTHER_FORMATS = {
    "chat_row": error("A chat example among others", "Put chat examples into a file of theirs, or convert this one."),
    "preference_row": error("A preference example among others", "Put preference examples into a file of theirs."),
    "reinforcement_row": error(
        "A reinforcement example among others",
        "Add the assistant's answer and remove the extra keys, or move the line.",
    ),
    "completion_row": error(
        "A prompt with its completion, among others", "Make the prompt a user message and the completion the answer."
    ),
    "sharegpt_row": error(
        "A ShareGPT conversation, not a chat", 'Rename to "messages", "role" and "content", with the roles used here.'
    ),
    "instruction_row": error(
        "An instruction with its output, not a chat", "Make the instruction a user message and the output the answer."
    ),
    "ranked_row": error(
        'A pair of "chosen" and "rejected", not a preference',
        'Make "input" of what they begin with, and outputs of how they end.',
    ),
    "text_row": error("A bare text, not an example", "Say what is asked and what is answered, as messages."),
}

ROW = {
    "missing_messages": error('No "messages"', 'Add "messages": the conversation to learn from.'),
    "messages_not_a_list": error('"messages" is not a list', "Make it a list of messages, in their order."),
    "messages_empty": error('"messages" is empty', "Add the conversation, or remove the line."),
    "unknown_key": error("An extra key beside the messages", "Remove it: providers refuse keys they do not know."),
    "no_assistant_message": error("No message of the assistant", "Add the answer that the model shall learn."),
    "last_message_not_assistant": error(
        "The last message is not the assistant's", "End with the answer that the model shall learn."
    ),
    "nothing_trained": error(
        "Every answer has weight 0", "Give at least one answer weight 1: otherwise nothing is learnt."
    ),
    "no_user_message": warning("No message of the user", "Add what the answer answers, unless it needs no question."),
    "invalid_parallel_tool_calls": error('"parallel_tool_calls" is not true or false', "Write true or false."),
    "roles_not_alternating": info(
        "Two messages of one role in a row", "Join them: some compatible servers want roles to alternate.", "compatible"
    ),
    "system_not_first": info(
        "A system message in the course of the conversation",
        "Begin with it: some compatible servers take it at the beginning only.",
        "compatible",
    ),
}

MESSAGE = {
    "message_not_an_object": error("A message is not an object", 'Write {"role": ..., "content": ...}.'),
    "missing_role": error("A message without a role", "Add the role: system, user, assistant or tool."),
    "unknown_role": error("A role that does not exist", "Use system, user, assistant or tool."),
    "developer_role": warning(
        "The role developer",
        "Use system, unless the model you train is known to take developer messages.",
        "compatible",
    ),
    "unknown_message_key": error("A message has a key that its role does not take", "Remove the key."),
    "name_in_tool_message": warning("A name in a tool message", "Remove it: Azure refuses it.", "azure"),
    "null_value": info(
        "A key with the value null", "Leave the key out: OpenAI takes null here, Azure does not.", "azure"
    ),
    "invalid_weight": error("A weight other than 0 or 1", "Write 0 (do not learn this answer) or 1."),
    "weight_not_on_assistant": error("A weight on a message that is not the assistant's", "Remove the weight."),
    "weight_without_effect": warning("A weight where nothing is weighed", "Remove it: only chat answers are weighed."),
    "invalid_name": error("A name with characters it may not have", "Use 1 to 64 letters, digits, _ or -."),
    "invalid_refusal": error('"refusal" is not a text', "Write the refusal as a text, or remove the key."),
}

CONTENT = {
    "missing_content": error("A message without content", "Add the content."),
    "invalid_content": error("Content that is neither a text nor a list of parts", "Write it as a text."),
    "empty_content": warning("Empty content", "Write the text, or remove the message."),
    "invalid_part": error("A part of the content is malformed", 'Write {"type": "text", "text": ...}.'),
    "unknown_part_type": error("A kind of content that is not taken here", "Use text, or images in user messages."),
    "refusal_among_parts": error(
        "A refusal beside other parts", "Let the refusal stand alone: an answer is texts, or one refusal."
    ),
    "image_not_from_user": error("An image outside a user message", "Move the image into a user message."),
    "invalid_image": error("An image without a usable address", "Give an https URL or a base64 data URL."),
    "unsupported_image": error("An image of a kind that is not taken", "Convert it to JPEG, PNG or WEBP."),
    "image_kind_differs": warning("An image of another kind than it says", "Name the kind that the image is of."),
    "image_not_rgb": warning("An image that is not RGB or RGBA", "Convert it to RGB, or it is left out of training."),
    "image_not_inline": info(
        "An image behind an address", "Write it as a base64 data URL: compatible servers fetch nothing.", "compatible"
    ),
    "image_too_large": error("An image over 10 MB", "Make the image smaller."),
    "over_10_images": warning(
        "More than 10 images in one example", "Use at most 10 images per example.", "openai", "compatible"
    ),
    "over_64_images": error("More than 64 images in one example", "Use at most 10 images per example, 64 on Azure."),
}

TOOLS = {
    "invalid_tools": error('"tools" is not a list of tools', 'List the tools, or leave "tools" out.'),
    "over_128_tools": error("More than 128 tools in one example", "Declare the tools that the example is about."),
    "invalid_tool": error("A tool is malformed", 'Write {"type": "function", "function": {"name": ...}}.'),
    "invalid_functions": error('"functions" is not a list of 1 to 128 functions', 'List them, or better: use "tools".'),
    "invalid_function": error("A function is malformed", 'Write {"name": ..., "parameters": {...}}.'),
    "deprecated_functions": info(
        "The old form of tools", 'Consider "tools" and "tool_calls": "functions" will go.', "compatible"
    ),
    "duplicate_tool": warning("A tool is declared twice", "Keep one of the two."),
    "invalid_tool_calls": error('"tool_calls" is not a list of calls', "List the calls, or leave the key out."),
    "invalid_tool_call": error(
        "A tool call is malformed",
        'Write {"id": ..., "type": "function", "function": {"name": ..., "arguments": ...}}.',
    ),
    "duplicate_tool_call_id": error("Two tool calls with one id", "Give every call of the example an id of its own."),
    "arguments_not_text": error("Arguments that are not a text", "Write the arguments as a text that holds JSON."),
    "arguments_not_json": error("Arguments that do not hold JSON", "Mend the JSON: the model would learn to break it."),
    "arguments_not_an_object": warning(
        "Arguments that are no object", 'Name the arguments: {"city": "Oslo"}. A function takes nothing else.'
    ),
    "arguments_do_not_fit": warning(
        "Arguments that the declared parameters forbid", "Mend the call or the declaration: the model learns both."
    ),
    "parallel_calls_not_allowed": warning(
        "Several calls at once, though they are forbidden", 'Set "parallel_tool_calls" to true, or call one by one.'
    ),
    "undeclared_tool": warning("A call of a tool that is not declared", 'Add the tool to "tools".'),
    "missing_tool_call_id": error("A tool message that does not say what it answers", 'Add "tool_call_id".'),
    "unknown_tool_call_id": error(
        "A tool message that answers no open call", "Use the id of a call of the assistant message before it, once."
    ),
    "unasked_function": warning(
        "A function message that no call asked for", "Add the assistant's call before it, by the same name."
    ),
    "unanswered_tool_call": error(
        "The conversation goes on before a tool call was answered", "Add the tool message that answers it."
    ),
}
