"""Each rule finds what it is for, where it is, and no other rule speaks up."""

import pytest

from shared.datasets.rules import check
from tests.datasets.rules.cases import CASES
from tests.datasets.rules.rows import Case


@pytest.mark.parametrize("case", CASES, ids=[f"{case.shape}-{case.name}" for case in CASES])
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    found = sorted((finding.code, finding.pointer) for finding in check(case.row, case.shape))
    assert found == sorted(case.findings)
