"""Candidates: the models that an evaluation compares, kept as they were when it was ordered. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.connections.tables import Connection
from shared.connections.trainable import trainable_model
from shared.datasets.tokens.vocabularies import Encoding
from shared.evaluations.rates import Seller, Usage, seller_from_json
from shared.ids import ConnectionId, ModelId
from shared.registry.targets import Target

# Older than o200k_base; everything since counts by it.
_CL100K = ("gpt-3.5", "gpt-35", "gpt-4-", "davinci", "babbage")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model under one name. What an alias meant at the order is what is asked, whatever it means later."""

    name: str
    deployed_as: str
    base_model: str
    model_id: ModelId | None
    seller: Seller

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "connection_id": self.seller.connection_id,
            "deployed_as": self.deployed_as,
            "provider_model": self.seller.model,
            "base_model": self.base_model,
            "model_id": self.model_id,
            "prices": self.seller.as_json(),
        }


def candidate_of(target: Target, seller: Seller) -> Candidate:
    """A target, and who is paid for asking it."""
    return Candidate(target.name, target.deployed_as, target.base_model, target.model_id, seller)


def candidate_from_json(stored: dict[str, Any]) -> Candidate:
    """What `as_json` made, read back."""
    model_id = stored["model_id"]
    return Candidate(
        name=stored["name"],
        deployed_as=stored["deployed_as"],
        base_model=stored["base_model"],
        model_id=ModelId(model_id) if model_id else None,
        seller=seller_from_json(ConnectionId(stored["connection_id"]), stored["provider_model"], stored["prices"]),
    )


def deployments_of(candidates: Iterable[Candidate]) -> list[tuple[ConnectionId, str]]:
    """Connection and name of the deployments that answer for candidates, each once.

    In one order for everyone: two evaluations of the same models would else wait for one another's rows.
    """
    return sorted(
        {(one.seller.connection_id, one.deployed_as) for one in candidates if one.deployed_as != one.seller.model}
    )


def encoding_of(connection: Connection, base_model: str) -> Encoding:
    """By which vocabulary a model counts: as the catalogue says, else as models of its age do."""
    known = trainable_model(connection, base_model)
    if known is not None:
        return Encoding(known.encoding)
    return Encoding.CL100K_BASE if base_model.startswith(_CL100K) else Encoding.O200K_BASE


def most_of(connection: Connection, base_model: str, counted: Usage) -> Usage:
    """The most that a model can make of what was counted in its `encoding_of`."""
    known = trainable_model(connection, base_model)
    if known is None or not known.counted_approximately:
        return counted
    return counted.widened(known.token_factor * (1 + known.token_error))
