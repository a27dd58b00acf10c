"""Which hyperparameters a provider takes for a method of training. Pure; their ranges, the same everywhere, are the request's own.

A provider that is not named here is not judged: it refuses by itself what it does not take.
"""

from collections.abc import Iterable

from shared.errors import FieldError

_EVERYWHERE = frozenset({"n_epochs", "batch_size", "learning_rate_multiplier"})
_TAKEN = {
    ("openai", "supervised"): _EVERYWHERE,
    ("openai", "dpo"): _EVERYWHERE | {"beta"},
    ("azure", "supervised"): _EVERYWHERE | {"prompt_loss_weight"},
    ("azure", "dpo"): _EVERYWHERE | {"beta", "l2_multiplier"},
}


def faults_of(provider: str, method: str, chosen: Iterable[str]) -> list[FieldError]:
    """One fault for each chosen hyperparameter that the provider does not take for this method."""
    taken = _TAKEN.get((provider, method))
    if taken is None:
        return []
    return [
        FieldError(f"/hyperparameters/{name}", f"is not taken by {provider} for {method} training")
        for name in sorted(set(chosen) - taken)
    ]
