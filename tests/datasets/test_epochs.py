"""Automatic epochs and what is billed for them, against what providers were seen to do."""

import pytest

from shared.datasets.epochs import automatic_epochs, billing_tokens, rounded_bill


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [
        (10, 10),  # seen on both providers
        (40, 3),  # seen on Azure
        (500, 3),
        (1, 25),
        (4, 25),
        (5, 20),
        (33, 3),
        (34, 3),
        (8_333, 3),
        (8_334, 2),
        (12_500, 2),
        (12_501, 1),
        (1_000_000, 1),
    ],
)
def test_automatic_epochs(examples: int, epochs: int) -> None:
    assert automatic_epochs(examples) == epochs


@pytest.mark.parametrize("examples", [0, -1])
def test_no_examples_have_no_epochs(examples: int) -> None:
    with pytest.raises(ValueError, match="no number of epochs"):
        automatic_epochs(examples)


def test_a_real_bill_to_the_token() -> None:
    # Ten examples: 671 for their messages and one for each, ten epochs.
    assert billing_tokens(671 + 10, automatic_epochs(10)) == 6_810


def test_a_real_bill_of_azure() -> None:
    # Forty examples: 2,606 for their messages and one for each, three epochs; billed as 8,000.
    assert rounded_bill(billing_tokens(2_606 + 40, automatic_epochs(40)), 1_000) == 8_000


@pytest.mark.parametrize(("tokens", "billed"), [(0, 0), (1, 1_000), (1_499, 1_000), (1_500, 2_000), (16_000, 16_000)])
def test_azure_bills_whole_thousands(tokens: int, billed: int) -> None:
    assert rounded_bill(tokens, 1_000) == billed
