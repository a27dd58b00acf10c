"""Routing on the wire: where data may go."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import ConnectionId, Schema, example
from api.schemas.connections import Region
from shared.connections.tables import Connection
from shared.datasets.routing.actions import Bounds
from shared.datasets.routing.rules import Routing

_CONNECTION = "conn_01h455vb4pex5vsknk084sn02q"


class RoutingPut(Schema):
    """To these connections, and to connections in these regions; null: to any. Where both are named, both are to be met. Both null
    take the rule away.
    """

    model_config = example({"connections": None, "regions": ["swedencentral"]})
    connections: Annotated[list[ConnectionId], Field(min_length=1, max_length=100)] | None = None
    regions: Annotated[list[Region], Field(min_length=1, max_length=100)] | None = None

    def bounds(self) -> Bounds:
        return Bounds(self.connections, self.regions)


class RuleSchema(Schema):
    """One rule that holds, and whose it is: a version's, that of one it was made of, or the team's."""

    model_config = example({"whose": "triage v3", "connections": None, "regions": ["swedencentral"]})
    whose: str
    connections: list[str] | None
    regions: list[str] | None


class DestinationSchema(Schema):
    """A connection that the data may go to. One that stands in no known region is in none that a rule names."""

    model_config = example({"id": _CONNECTION, "name": "azure-sweden", "stands_in": "swedencentral"})
    id: ConnectionId
    name: str
    stands_in: str | None


class RoutingSchema(Schema):
    """All `rules` that hold, each of which is to be met, and the connections that are left (`allowed`)."""

    model_config = example(
        {
            "rules": [{"whose": "triage v3", "connections": None, "regions": ["swedencentral"]}],
            "allowed": [{"id": _CONNECTION, "name": "azure-sweden", "stands_in": "swedencentral"}],
        }
    )
    rules: list[RuleSchema]
    allowed: list[DestinationSchema]

    @classmethod
    def of(cls, routing: Routing, allowed: list[Connection]) -> "RoutingSchema":
        return cls(
            rules=[RuleSchema.model_validate(rule) for rule in routing.rules],
            allowed=[DestinationSchema.model_validate(one) for one in allowed],
        )
