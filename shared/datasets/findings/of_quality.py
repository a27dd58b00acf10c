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
