"""Findings that wait in a file."""

from shared.datasets.findings import found
from shared.datasets.findings.spool import Spool


def test_what_was_put_in_comes_out_in_its_order_as_often_as_asked() -> None:
    kept = [found("unknown_role", f"/messages/{n}/role", f"Nr. {n} ☂", "bot").on_line(n, 10 * n) for n in range(30_000)]
    with Spool() as spool:
        for finding in kept[:20_000]:
            spool.add(finding)
        assert list(spool) == kept[:20_000]
        for finding in kept[20_000:]:
            spool.add(finding)
        assert len(spool) == 30_000
        assert list(spool) == kept == list(spool)
