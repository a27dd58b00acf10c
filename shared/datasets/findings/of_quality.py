"""What may be doubtful in well-formed examples. Nothing here keeps a dataset from being ready."""

from shared.datasets.findings.code import info, warning

REPETITION = {
    "near_duplicate": warning("Nearly the same example again", "Remedy drop_near_duplicates, or keep what differs on purpose."),
}
