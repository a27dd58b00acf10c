"""What may be doubtful in well-formed examples. Nothing here keeps a dataset from being ready."""

from shared.datasets.findings.code import info, warning

REPETITION = {
    "near_duplicate": warning(
        "Nearly the same example again", "Remedy drop_near_duplicates, or keep what differs on purpose."
    ),
}

PERSONAL = {
    "personal_data": warning("Personal data", "Remedy mask_personal_data, unless the model may repeat it to anyone."),
    "secret": warning("A secret", "Revoke it, then remedy mask_personal_data: the model may repeat what it learns."),
    "ip_address": info("A public internet address", "Remove it if it belongs to a person."),
}

LABELS = {
    "one_answer_only": warning(
        "Every answer is the same", "Add examples with other answers: there is nothing to tell apart."
    ),
    "label_typo": warning(
        "A label that is likely a misspelling", "Remedy fix_labels, or keep it if it is a label of its own."
    ),
    "label_seen_once": info("A label that no other example has", "Add examples with this label, or correct it."),
    "label_imbalance": info(
        "One label outweighs the others", "Add examples with the others, or leave some of these out."
    ),
}

ANSWERS = {
    "conflicting_answers": warning(
        "The same prompt with another short answer", "Remedy drop_conflicting, or correct one."
    ),
    "several_answers": info(
        "The same prompt with another answer", "Fine if both are good; otherwise keep the better one."
    ),
    "refusal": warning("The answer refuses", "Remedy drop_refusals, unless the model shall refuse this."),
    "boilerplate": warning(
        "The answer speaks of itself as an AI", "Remedy drop_refusals, or write what shall be said instead."
    ),
    "truncated_answer": warning("The answer seems cut off", "Complete the answer, or leave the example out."),
    "unclosed_code": warning("A code block that is not closed", "Close it with ```, or leave the example out."),
    "broken_json_answer": warning(
        "The answer begins as JSON, but is none", "Correct the JSON: the model would learn the fault."
    ),
    "blank_answer": warning("The answer has nothing but spaces", "Remedy drop_empty_answers, or write the answer."),
    "answer_repeats_prompt": warning("The answer is the prompt again", "Write the answer, or leave the example out."),
    "answer_length_outlier": info(
        "An answer far longer or shorter than the others", "See whether it belongs into this file."
    ),
    "uneven_whitespace": info("Spaces at the end that most answers do not have", "Remedy strip_whitespace."),
}

SYSTEMS = {
    "system_prompt_missing": warning("No system message, though others have one", "Remedy add_system_prompt."),
    "system_prompt_varies": info(
        "Different system messages", "Use the same ones when you call the model, or unify_system_prompt."
    ),
    "system_prompt_nearly_equal": warning(
        "Two system messages that are nearly the same", "Remedy unify_system_prompt."
    ),
}

TEXTS = {
    "mojibake": warning("Text that was decoded wrongly", "Remedy fix_mojibake, or export the text as UTF-8 again."),
    "replacement_character": warning(
        "A character that was lost in decoding", "Export the text again from its source, as UTF-8."
    ),
    "control_character": warning("A control character", "Remedy normalise_unicode, or remove it."),
    "invisible_character": info("A character that cannot be seen", "Remedy normalise_unicode, if it is not meant."),
    "html_leftover": info("HTML between the words", "Remedy strip_html, unless the model shall write HTML."),
    "mixed_languages": info("Several languages", "Fine if they are meant; otherwise leave one out."),
    "moderation_flagged": warning(
        "The provider's moderation objects", "Remedy drop_flagged: the example may block the whole file."
    ),
}
