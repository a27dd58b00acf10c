"""What a rule says of where data may go, and what all rules on some data say together. Pure.

A rule names connections, regions or both; both are to be met. Of several rules each is to be met, so that none loosens another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.connections.regions import stays_in_region
from shared.connections.tables import Connection
from shared.ids import TeamId
from shared.providers.tiers import ServiceTier


@dataclass(frozen=True, slots=True)
class Rule:
    """`whose`, for people. `connections`: ids, and `regions`; None = any."""

    whose: str
    connections: tuple[str, ...] | None
    regions: tuple[str, ...] | None

    def admits(self, connection: Connection) -> bool:
        in_region = self.regions is None or connection.stands_in in self.regions
        return in_region and (self.connections is None or connection.id in self.connections)

    @property
    def told(self) -> str:
        """Where to, in words."""
        to = [] if self.connections is None else [f"connection {' or '.join(self.connections)}"]
        to += [] if self.regions is None else [f"region {' or '.join(self.regions)}"]
        return " in ".join(to)


@dataclass(frozen=True, slots=True)
class Routing:
    """All rules on some data of a team's. Without one it may go anywhere."""

    team_id: TeamId
    rules: tuple[Rule, ...] = ()

    @property
    def is_regional(self) -> bool:
        """Whether it is bound to regions."""
        return any(rule.regions is not None for rule in self.rules)

    def against(self, connection: Connection, tier: ServiceTier | None = None) -> Rule | None:
        """The first rule that does not let the data go there, at that tier; None = it may."""
        for rule in self.rules:
            if not rule.admits(connection) or not (rule.regions is None or stays_in_region(tier)):
                return rule
        return None

    def barred(self, connection: Connection, tier: ServiceTier | None = None) -> str | None:
        """Why the data is not sent there, whatever was ordered before; None where it may go. No full stop."""
        rule = self.against(connection, tier)
        if rule is None:
            return None
        which = f"{connection.name}'s {tier} tier" if rule.admits(connection) else connection.name
        return f"The routing of {rule.whose} (only to {rule.told}) ruled out {which}"

    def refusal(self, connection: Connection, tier: ServiceTier | None = None) -> str | None:
        """The same for whoever asks now, as sentences."""
        rule = self.against(connection, tier)
        if rule is None:
            return None
        if rule.admits(connection):
            why = f"{connection.name}'s {tier} tier works wherever there is room: choose the standard one"
        elif (region := connection.stands_in) is not None:
            why = f"{connection.name} stands in {region}"
        else:
            why = f"{connection.name} stands in no region that is known"
        return f"{rule.whose} goes only to {rule.told}. {why}."

    def allowed(self, connections: Iterable[Connection]) -> list[Connection]:
        """Those of the connections that the data may go to."""
        return [one for one in connections if self.against(one) is None]


def rule_of(whose: str, stored: Mapping[str, Any] | None) -> Iterable[Rule]:
    """What is stored, as a rule; nothing where nothing is."""
    if stored is not None:
        yield Rule(whose, _tuple(stored.get("connections")), _tuple(stored.get("regions")))


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
