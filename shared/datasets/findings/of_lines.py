"""What can be wrong with a line, before it is known what the line says."""

from shared.datasets.findings.code import error, warning

LINE = {
    "not_utf8": error("Not UTF-8", "Save the file as UTF-8."),
    "blank_line": error("A blank line between examples", "Remove the line."),
    "trailing_blank_lines": warning("Blank lines at the end", "Remove them; providers get the file without them."),
    "line_too_long": error("The line is too long", "Shorten the example; large images belong behind a URL."),
    "too_many_values": error("The line holds far too many values", "Split the example, or shorten it."),
    "invalid_json": error("Not JSON", "Write the line with a JSON library rather than by hand."),
    "trailing_comma": error("A comma before a closing bracket", "Remove the comma."),
    "curly_quotes": error("Typographic quotation marks", 'Use straight quotation marks (") around keys and texts.'),
    "single_quotes": error("Single quotation marks", "Use double quotation marks around keys and texts."),
    "python_literal": error("True, False or None", "Write true, false or null, as JSON does."),
    "several_values": error("More than one JSON value in the line", "Put each example on a line of its own."),
    "spread_over_lines": error(
        "JSON spread over several lines", "Write each example on one line, with no list around."
    ),
    "not_an_object": error("The line is not a JSON object", 'Each line must be an object: {"messages": [...]}.'),
    "duplicate_key": error("The same key twice in one object", "Keep one of them: readers differ in which one counts."),
    "not_a_number": error("NaN or Infinity", "JSON has no such numbers: remove it, or write null or a text."),
    "number_out_of_range": error("A number too large to be kept exactly", "Write it as a text."),
    "nested_too_deep": error("Objects or lists nested too deep", "Flatten the example."),
    "too_many_findings_in_line": error("The line has too many faults to list", "Write the line anew."),
    "lone_surrogate": error("Half of a character", "Write the whole character: a pair of \\u escapes was cut apart."),
    "nul_character": error("A NUL character in a text or key", "Remove \\u0000."),
}
