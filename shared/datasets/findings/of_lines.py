"""What can be wrong with a line, before it is known what the line says."""

from shared.datasets.findings.code import error, warning

LINE = {
    "not_utf8": error("Not UTF-8", "Save the file as UTF-8."),
    "blank_line": error("A blank line between examples", "Remove the line."),
    "trailing_blank_lines": warning("Blank lines at the end", "Remove them; providers get the file without them."),
    "line_too_long": error("The line is too long", "Shorten the example; large images belong behind a URL."),
    "too_many_values": error("The line holds far too many values", "Split the example, or shorten it."),
    "undecodable": error("Not in the encoding of the rest of the file", "Save the whole file as UTF-8."),
    "invalid_json": error("Not JSON", "Write the line with a JSON library rather than by hand."),
    "trailing_comma": error("A comma before a closing bracket", "Remove the comma, or let `mend_json` do it."),
    "missing_comma": error("No comma between two values", "Write the comma, or let `mend_json` do it."),
    "curly_quotes": error(
        "Typographic quotation marks", 'Use straight ones (") around keys and texts, or let `mend_json` do it.'
    ),
    "single_quotes": error(
        "Single quotation marks", "Use double ones around keys and texts, or let `mend_json` do it."
    ),
    "full_width_punctuation": error(
        "Full-width punctuation between values", "Write it in half width, as JSON does, or let `mend_json` do it."
    ),
    "unquoted_key": error("A key without quotation marks", "Quote it, or let `mend_json` do it."),
    "python_literal": error("True, False or None", "Write true, false or null, or let `mend_json` do it."),
    "raw_control_character": error(
        "A line break, tab or the like within a text", "Write it as \\n or \\t, or let `mend_json` do it."
    ),
    "comment_in_json": error("A comment", "JSON has none: remove it, or let `mend_json` do it."),
    "invisible_character": error(
        "An invisible or odd blank character between values", "Remove it, or let `mend_json` do it."
    ),
    "odd_escape": error("A backslash where JSON knows none", "Leave it out, or let `mend_json` do it."),
    "several_values": error("More than one JSON value in the line", "Put each example on a line of its own."),
    "spread_over_lines": error(
        "JSON spread over several lines", "Write each example on one line, or let `mend_json` do it."
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
