"""How often a training run goes through its examples when nobody says so, and how many tokens are billed for it."""

TARGET_EPOCHS = 3
MOST_EPOCHS = 25
FEWEST_EXAMPLES_SEEN = 100
MOST_EXAMPLES_SEEN = 25_000


def automatic_epochs(examples: int) -> int:
    """What providers choose: three, more for very small files, fewer for very large ones. At least one example."""
    if examples < 1:
        raise ValueError(f"no number of epochs makes sense for {examples} examples")
    if examples * TARGET_EPOCHS < FEWEST_EXAMPLES_SEEN:
        return min(MOST_EPOCHS, FEWEST_EXAMPLES_SEEN // examples)
    if examples * TARGET_EPOCHS > MOST_EXAMPLES_SEEN:
        return max(1, MOST_EXAMPLES_SEEN // examples)
    return TARGET_EPOCHS


def billing_tokens(tokens_per_epoch: int, epochs: int) -> int:
    """Every token of the training file in every epoch, also of messages with weight 0. A validation file is free."""
    return tokens_per_epoch * epochs


def rounded_bill(tokens: int, billed_by: int) -> int:
    """The same where bills come in whole numbers of so many tokens (Azure: thousands).

    All of Azure's bills seen (5,000, 8,000, 16,000) are multiples of 1,000; the one whose file is known had 7,938 tokens and was
    billed as 8,000, so we round to the nearest. Nothing is known of runs under 500 tokens: an estimate is never 0.
    """
    if tokens <= 0:
        return 0
    return max(billed_by, (tokens + billed_by // 2) // billed_by * billed_by)
