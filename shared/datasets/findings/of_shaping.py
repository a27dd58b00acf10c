"""What can be wrong when a row, as the file has it, is made into a training example, and when an example is made into another."""

from shared.datasets.findings.code import error, info, warning

SHAPING = {
    "unknown_form": error(
        "Nothing tells which part is the question and which the answer",
        'Send "mapping": {"user": a column, "assistant": a column}, or templates such as "{title}: {body}".',
    ),
    "invalid_mapping": error(
        "The mapping does not fit the file", "Name columns that the file has: the message says what was wrong."
    ),
    "other_form": error("A row of another form than the rest", "Put rows of one form into one file."),
    "columns_left_out": warning(
        "Columns that no example uses", 'Name them in "mapping" if the model shall see them; ignore this if not.'
    ),
    "empty_cell": warning("An empty cell where a text is needed", "Fill the cell, or drop the row."),
    "missing_value": warning(
        "A cell that says it holds nothing", "Fill the cell, or drop the row: the model would learn the word."
    ),
    "cell_not_json": error("A cell that should hold JSON does not", "Write the cell with a JSON library."),
    "not_a_text": error("A value that should be a text", "Write it as a text."),
    "not_a_list_of_turns": error("A conversation that is not a list of turns", "List the turns in their order."),
    "unknown_speaker": error(
        "A speaker who is not known", "Use human, gpt, system, function_call or observation, or the roles of a chat."
    ),
    "tool_text_not_json": error("A tool call or list of tools that is not JSON", "Write it as JSON."),
    "unmatched_tool_answer": error(
        "Tool answers that do not match the calls before them", "Give every call one answer, in the order of the calls."
    ),
    "part_not_carried": error("Content that no training example can hold", "Remove it, or write it as a text."),
    "thoughts_left_out": info("Thoughts of a model are left out", "Nothing to do: providers do not train on them."),
    "answer_cut_off": warning("A stored answer that was cut off", "Drop the row: the model would learn to stop early."),
    "choices_left_out": info("Only the first of several choices is used", "Nothing to do."),
    "not_a_transcript": error(
        "A text that is not a transcript", 'Begin turns with "\\n\\nHuman:" and "\\n\\nAssistant:".'
    ),
    "transcripts_part_early": error(
        "Two transcripts that differ before their last answer", "Let them differ in the last answer only."
    ),
    "no_answer": error("A question without an answer", "Add the answer, or remove the question."),
}

CONVERSION = {
    "cannot_convert": error("The other shape cannot say this example", "Leave the example out, or change the options."),
    "half_a_preference": warning(
        "A preference example without its worse answer", "Add the worse answer: nothing can be trained before."
    ),
    "prompts_differ": error("Two answers to different prompts", "Pair answers to one and the same prompt."),
}

EXPORT = {
    "cannot_export": error("The trainer's format cannot say this example", "Choose another format for it."),
    "left_out_of_export": warning(
        "Something that the trainer's format has no place for", "Choose another format if it matters."
    ),
}
