"""What an uploader says of a file, checked at the door as far as it can be without the file."""

import json
from collections.abc import Mapping
from typing import Any

from api import bodies
from shared.datasets.asked import FORMATS, Asked, Checks
from shared.errors import FieldError, InvalidRequest, UnsupportedFormat

LONGEST_MAPPING = 10_000


def asked_of(form: str, mapping: Mapping[str, Any] | None, checks: Checks, sheet: str | None = None) -> Asked:
    """Raises UnsupportedFormat or InvalidRequest."""
    if form not in FORMATS:
        raise UnsupportedFormat(
            f"There is no format {form!r}. Leave it out, and what the file is will be found out.", supported=[*FORMATS]
        )
    if mapping is not None and not mapping:
        raise InvalidRequest("The mapping is empty.", [FieldError("/mapping", "names no part of an example")])
    if mapping is not None and len(json.dumps(mapping)) > LONGEST_MAPPING:
        fault = FieldError("/mapping", f"has more than {LONGEST_MAPPING:,} characters")
        raise InvalidRequest("The mapping is too long.", [fault])
    return Asked(form, mapping, checks, sheet)


def mapping_in(text: str | None) -> dict[str, Any] | None:
    """The mapping in a form's field, which is JSON. Raises InvalidRequest."""
    if text is None:
        return None
    try:
        value = bodies.parse(text.encode())
    except InvalidRequest as error:
        raise InvalidRequest("The mapping is not JSON.", [FieldError("/mapping", error.detail)]) from error
    if not isinstance(value, dict):
        raise InvalidRequest(
            "The mapping must be an object.", [FieldError("/mapping", 'write {"user": …, "assistant": …}')]
        )
    return value
