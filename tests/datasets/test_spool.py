"""Findings that wait in a file."""

from shared.datasets.findings import found
from shared.datasets.findings.spool import spool


def test_what_was_put_in_comes_out_in_its_order_as_often_as_asked() -> None:
    kept = [found("unknown_role", f"/messages/{n}/role", f"Nr. {n} ☂", "bot").on_line(n, 10 * n) for n in range(30_000)]
    with spool() as kept_in_file:
        for finding in kept[:20_000]:
            kept_in_file.add(finding)
        assert list(kept_in_file) == kept[:20_000]
        for finding in kept[20_000:]:
            kept_in_file.add(finding)
        assert len(kept_in_file) == 30_000
        assert list(kept_in_file) == kept == list(kept_in_file)
