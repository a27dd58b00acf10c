"""What can be wrong with a preference example, beside what can be wrong with any conversation (`of_chats`)."""

from shared.datasets.findings.code import error, warning

PREFERENCE = {
    "missing_input": error('No "input"', 'Add "input": {"messages": [...]}, the conversation that is answered.'),
    "input_not_an_object": error('"input" is not an object', 'Write {"messages": [...]}.'),
    "input_ends_with_assistant": error(
        "The input ends with the assistant's message", "End with the user's: the outputs are what the assistant says."
    ),
    "missing_preferred_output": error('No "preferred_output"', "Add the better answer, as a list of one message."),
    "missing_non_preferred_output": error(
        'No "non_preferred_output"', "Add the worse answer, as a list of one message."
    ),
    "old_output_name": error("An output by its old name", 'Rename it to "preferred_output" or "non_preferred_output".'),
    "output_not_a_list": error("An output is not a list of messages", 'Write [{"role": "assistant", "content": ...}].'),
    "output_empty": error("An output is empty", "Write one message of the assistant into it."),
    "output_not_from_assistant": error(
        "An output that is not the assistant's", "Move the message into the input; an output is the assistant's answer."
    ),
    "output_of_several_messages": warning(
        "An output of several messages",
        "Compare single answers: only Azure takes calls of tools within an output.",
        "openai",
        "compatible",
    ),
    "identical_outputs": error(
        "The two outputs are the same", "Make them differ, or remove the line: nothing is learnt from it."
    ),
    "image_in_preference": error("An image in a preference example", "Remove it: preferences are about text only."),
    "empty_tools": warning('"tools" is empty', 'Leave "tools" out: an empty list may be refused.'),
}
