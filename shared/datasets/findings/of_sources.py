"""What can be wrong with a file before its lines are looked at: its kind, its packing, its encoding, its table."""

from shared.datasets.findings.code import error, info, warning

SOURCE = {
    "unreadable_document": error(
        "A document that is not read here", "Save what it holds as JSON Lines, CSV, Excel (.xlsx) or plain text."
    ),
    "unknown_binary": error("Not a text, nor any file that is known", "Upload JSON Lines, or a table as CSV or .xlsx."),
    "unsupported_encoding": error("A text encoding that is not read here", "Save the file as UTF-8."),
    "several_files_in_archive": error("An archive of several files", "Put one file into the archive, or none at all."),
    "encrypted_archive": error("An archive that needs a password", "Pack the file without a password."),
    "nested_archive": error("An archive within an archive", "Unpack the inner one, and upload what it holds."),
    "damaged_file": error("The file is damaged or incomplete", "Make or upload it again; what came before was read."),
    "archive_too_large": error(
        "What is packed is far larger than the archive", "Upload the file itself, or split it into several."
    ),
    "element_too_long": error("An element of the file is too long", "Shorten the example, or split the file."),
    "rest_unread": error("The rest of the file could not be read", "Mend what is found above, and upload it again."),
    "ragged_row": error(
        "A row with too few or too many cells", "Give it one cell per column; quote cells with commas."
    ),
    "invalid_csv": error("Quotation marks that do not fit", 'Quote the whole cell, and double each " within it.'),
    "invalid_yaml": error("Not YAML", "Check the indentation, and quote texts that hold a colon or begin with a sign."),
    "yaml_alias": error("An anchor or alias of YAML", "Write the text out in each place."),
    "yaml_tag": error("A tag of YAML", "Remove the tag: only texts, numbers, lists and maps are read."),
    "binary_value": error("Bytes where a text is wanted", "Leave the column out, or write it as a text."),
    "duplicate_column": warning("Two columns of the same name", "Give each column a name of its own."),
    "empty_column_name": warning("A column without a name", "Name it, or leave it out."),
    "title_above_header": info("Something stands above the names of the columns", "Nothing to do."),
    "no_header": info("The table has no line of column names", "Fine if `mapping` uses the names given here."),
    "first_sheet_only": info("Only one sheet of the workbook was read", "Name another with `sheet`, if it is meant."),
    "unknown_sheet": error(
        "A sheet that the file does not have", "Name one of its sheets, or none: then the first is read."
    ),
    "not_what_it_was_called": info("The file is of another kind than its name says", "Nothing to do."),
    "read_as_encoding": info("The text is not in UTF-8", "Look whether accents and signs came out right."),
    "uncertain_encoding": warning(
        "The encoding of the text is a guess",
        "Look at the examples; if letters came out wrong, save the file as UTF-8.",
    ),
    "unpacked": info("The file was packed", "Nothing to do."),
    "elements_counted": info(
        "Several examples on one line of the file", "Nothing to do: a line's number is that of its example."
    ),
    "read_in_part": info("Only one list of the file was read", "Nothing to do if the examples are in it."),
}
