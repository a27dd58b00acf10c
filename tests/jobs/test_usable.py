"""Which datasets can be used for what is offered, by the verdicts of their report: those of today, and those of old reports."""

import json
from typing import Any

import pytest

from api.schemas.reports import ReportSchema
from shared.connections.catalogue import catalogue
from shared.connections.tables import Connection, ProviderKind
from shared.datasets.tables import Dataset
from shared.datasets.targets import targets
from shared.datasets.validation import Limits, Validation, validate
from shared.errors import DatasetNotReady, DatasetRejected
from shared.ids import DatasetId
from shared.jobs.ordering.estimates import check_usable
from shared.jobs.ordering.offers import Offer
from shared.lifecycles import DatasetStatus
from tests.datasets.files import file_of, good_lines
from tests.datasets.rules.rows import RGB, Row, answer, inline, png, user

SEEING, BLIND = "gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18"
PATIENT, SHORT = "gpt-4.1-2025-04-14", "gpt-3.5-turbo-0125"


def offer(model: str, method: str = "supervised", provider: ProviderKind = ProviderKind.OPENAI) -> Offer:
    return Offer(Connection(provider=provider), catalogue()[(provider, model)], method, None, None)


def dataset(report: dict[str, Any] | None, *last: DatasetStatus) -> Dataset:
    """A dataset that is ready, or whose last steps were these."""
    one = Dataset(id=DatasetId("ds_01h455vb4pex5vsknk084sn02q"), status=DatasetStatus.UPLOADED, report=report)
    for status in (DatasetStatus.VALIDATING, *(last or (DatasetStatus.READY,))):
        one.status = status
    return one


def validated(*rows: Row) -> Validation:
    return validate(file_of([*good_lines(12), *map(json.dumps, rows)]), Limits(targets=targets()))


def of_old(provider: str, *against: str) -> dict[str, Any]:
    """A report as it was stored before there were verdicts on models."""
    verdict = {"provider": provider, "method": "supervised", "accepted": not against, "against": list(against)}
    numbers = {"lines": 12, "size_bytes": 1970, "examples": 12, "messages": 36, "findings_omitted": 0}
    said = {"ready": True, "tokens": {}, "codes": dict.fromkeys(against, 7), "automatic_epochs": 3}
    return numbers | said | {"acceptance": [verdict]}


def refused(what: Dataset, offered: Offer) -> object:
    with pytest.raises(DatasetRejected) as caught:
        check_usable(what, offered)
    return caught.value.facts.get("codes")


def test_a_good_dataset_is_used_for_every_model_that_is_trained_on_chats() -> None:
    report = validated().as_dict()
    for provider, model in catalogue():
        assert check_usable(dataset(report), offer(model, provider=ProviderKind(provider))) is report


def test_it_is_not_used_for_a_method_that_takes_another_format() -> None:
    for method in ("dpo", "reinforcement"):
        assert refused(dataset(validated().as_dict()), offer(PATIENT, method)) == ["format_does_not_fit_method"]


def test_images_are_for_models_that_see() -> None:
    with_image = dataset(validated({"messages": [user([inline("png", png(RGB))]), answer()]}).as_dict())
    assert check_usable(with_image, offer(SEEING))
    assert refused(with_image, offer(BLIND)) == ["images_not_taken"]


def test_a_long_example_is_for_models_that_take_it() -> None:
    long = validated({"messages": [user("word " * 20_000), answer()]})
    assert long.ready
    assert check_usable(dataset(long.as_dict()), offer(PATIENT))
    assert refused(dataset(long.as_dict()), offer(SHORT)) == ["example_too_long_for_model"]
    (said,) = [one for one in long.acceptance if (one.model, one.method) == (SHORT, "supervised")]
    assert [(one.code, one.count, one.lines) for one in said.against] == [("example_too_long_for_model", 1, (13,))]


def test_a_model_that_came_later_is_judged_by_what_holds_for_all() -> None:
    report = validated({"messages": [user(), answer(refusal=None)]}).as_dict()
    report["acceptance"] = [one for one in report["acceptance"] if one["model"] != PATIENT]
    assert check_usable(dataset(report), offer(PATIENT))
    assert refused(dataset(report), offer(PATIENT, provider=ProviderKind.AZURE)) == ["null_value"]


def test_old_reports_are_good_for_what_they_judged() -> None:
    assert check_usable(dataset(of_old("openai")), offer(PATIENT))
    assert refused(dataset(of_old("azure", "null_value")), offer(PATIENT, provider=ProviderKind.AZURE)) == [
        "null_value"
    ]
    assert refused(dataset(of_old("openai")), offer(PATIENT, "dpo")) == ["format_does_not_fit_method"]


def test_old_reports_are_shown_like_new_ones() -> None:
    report = of_old("azure", "null_value")
    (shown,) = ReportSchema.of(dataset(report), report, []).acceptance
    assert (shown.provider, shown.model, shown.accepted) == ("azure", None, False)
    assert [one.model_dump() for one in shown.against] == [{"code": "null_value", "count": 7, "lines": []}]


@pytest.mark.parametrize(
    "last", [(DatasetStatus.VALIDATING,), (DatasetStatus.REJECTED,), (DatasetStatus.READY, DatasetStatus.ARCHIVED)]
)
def test_only_a_ready_dataset_is_used(last: tuple[DatasetStatus, ...]) -> None:
    with pytest.raises((DatasetNotReady, DatasetRejected)):
        check_usable(dataset(validated().as_dict(), *last), offer(PATIENT))
