"""Which hyperparameters a provider takes for a method of training. Pure; their ranges are the request's own, the same for all."""

from collections.abc import Collection

from shared.errors import FieldError
from shared.providers.kinds import ProviderKind


def faults_of(
    provider: ProviderKind, method: str, chosen: Collection[str], always: Collection[str] = ()
) -> list[FieldError]:
    """One fault for each chosen hyperparameter that the provider does not take for this method, or that is `always` sent to it
    as its connection says.
    """
    taken = provider.traits.hyperparameters.get(method, frozenset())
    foreign = {name: f"is not taken by {provider} for {method} training" for name in chosen if name not in taken}
    fixed = {
        name: "is the same for all jobs of this model there" for name in chosen if name in taken and name in always
    }
    return [FieldError(f"/hyperparameters/{name}", fault) for name, fault in sorted((foreign | fixed).items())]
