"""What can be wrong with a prompt and its completion."""

from shared.datasets.findings.code import error

COMPLETION = {
    "missing_prompt": error('No "prompt"', 'Add "prompt": a text, which may be empty.'),
    "missing_completion": error('No "completion"', 'Add "completion": the text to learn.'),
    "prompt_not_text": error('"prompt" is not a text', "Write it as a text."),
    "completion_not_text": error('"completion" is not a text', "Write it as a text."),
    "empty_completion": error("An empty completion", "Write what shall be learnt, or remove the line."),
}
