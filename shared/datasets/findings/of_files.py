"""What can be wrong with a file as a whole."""

from shared.datasets.findings.code import error, info, warning

FILE = {
    "empty_file": error("The file holds no example", "Upload a file with one example per line."),
    "too_few_examples": error("Too few examples", "Add examples: providers want at least ten, better a hundred."),
    "file_too_large": error("The file is larger than providers take", "Leave out examples, or shorten them."),
    "not_a_text_file": error("Not a text file", "Unpack or export it as JSON Lines in UTF-8, and upload that."),
    "byte_order_mark": info(
        "The file begins with a byte order mark", "Nothing to do: each provider gets the form it wants."
    ),
    "crlf_line_endings": info("Lines end as on Windows", "Nothing to do: providers get plain line endings."),
    "no_system_message": info(
        "Examples without a system message", "Fine if the model will also be called without one; otherwise add it."
    ),
    "duplicate_example": warning(
        "The same example again", "Remove the repetition: it is billed again, and weighs twice."
    ),
    "duplicates_unchecked": info(
        "Not every example was compared with all others", "Nothing to do; repetitions late in the file may be unseen."
    ),
    "example_too_long": error(
        "The example is longer than every model takes", "Shorten it: its end, and with it the answer, would be cut off."
    ),
    "example_too_long_for_some": warning(
        "The example is longer than some models take", "Shorten it, or choose a model that takes longer examples."
    ),
}
