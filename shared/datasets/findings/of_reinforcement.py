"""What can be wrong with a reinforcement example, beside what can be wrong with any conversation (`of_chats`)."""

from shared.datasets.findings.code import error, info

REINFORCEMENT = {
    "last_message_not_user": error(
        "The last message is not the user's", "End with the user's message; the model answers while it trains."
    ),
    "no_reference": info(
        "Nothing to grade by", "Fine if the grader looks at the answer only; otherwise add what it shall compare with."
    ),
    "missing_reference": error("The grader refers to what is not there", "Add the key, or mend the grader."),
    "reserved_reference": error(
        "The grader refers to a reserved key", "Copy what it needs into a key of another name than messages or tools."
    ),
}
