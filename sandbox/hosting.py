"""How long a deployment stands, and what that costs: so much for each hour that has begun, used or not."""

import math
from decimal import Decimal

from sandbox.records import Deployment

_DAY_SECONDS = 86_400
_IDLE_SECONDS = 15 * _DAY_SECONDS
_HOUR_SECONDS = 3_600
_USD_PER_HOUR = Decimal("1.70")
# Meters that were seen to differ.
_REGIONAL_USD_PER_HOUR = {"gpt-4o-2024-08-06": Decimal("2.04")}
_FREE_SKU = "DeveloperTier"
SERVERLESS = "Serverless"
"""A compatible server's: what answers there costs by what it is asked, not by the hour, and stays."""


def gone_at(deployment: Deployment) -> float:
    """When it was removed, or will be by itself as things stand: idle ones after 15 days, the developer tier's after one."""
    removed = math.inf if deployment.removed_at is None else deployment.removed_at
    developer = deployment.created_at + _DAY_SECONDS if deployment.sku["name"] == _FREE_SKU else math.inf
    idle = math.inf if deployment.sku["name"] == SERVERLESS else deployment.last_asked_at + _IDLE_SECONDS
    return min(removed, developer, idle)


def hosted_hours(deployment: Deployment, now: float) -> int:
    """Every hour that has begun since it was ordered; one that never was ready is not billed."""
    end = min(now, gone_at(deployment))
    if deployment.fails or end < deployment.ready_at:
        return 0
    return max(1, math.ceil((end - deployment.created_at) / _HOUR_SECONDS))


def hosting_usd(deployment: Deployment, now: float) -> Decimal:
    """What it has cost so far."""
    base, sku = deployment.model["name"].partition(".ft-")[0], deployment.sku["name"]
    if sku in (_FREE_SKU, SERVERLESS):
        return Decimal(0)
    regional = _REGIONAL_USD_PER_HOUR.get(base, _USD_PER_HOUR)
    return (regional if sku == "Standard" else _USD_PER_HOUR) * hosted_hours(deployment, now)
