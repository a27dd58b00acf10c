"""What a deployment costs while it stands: so much for each hour that begins. Moves its money, and nothing else of it.

Each hour is a thing of its own in the books (`dep_…/0` is the first): money is set aside for it a day before it begins, and charged
when it begins, once, since a subject holds once and a hold resolves once. So a day's hosting is covered at any time; when the
budget does not cover the next hour of the day ahead, a day is left to do something about it.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from shared.deployments.tables import Deployment
from shared.errors import BudgetExceeded, Conflict, PriceUnknown
from shared.money import Usd, per_million
from shared.providers.deploying import Sku
from shared.spend import actions as spend
from shared.spend.actions import Charge, HoldRequest
from shared.spend.prices import Price, price_of, tuned
from shared.spend.tables import SpendKind, Unit

HOURS_AHEAD = 24
HOUR = timedelta(hours=1)


def price_of_hosting(provider: str, base_model: str, sku: Sku, on: date) -> Price:
    """The price of a million hours. Raises PriceUnknown."""
    if sku.tier is None:
        raise PriceUnknown(provider, base_model, f"hosting hour ({sku})")
    return price_of(provider, base_model, tuned(sku.tier), Unit.HOSTING, on)


def usd_per_hour(deployment: Deployment) -> Usd:
    """What one hour of it costs."""
    return per_million(1, Decimal(deployment.usd_per_million))


def started_hours(deployment: Deployment, moment: datetime) -> int:
    """How many of its hours have begun by then; the first begins when it begins to stand."""
    if deployment.stands_since is None or moment < deployment.stands_since:
        return 0
    return (moment - deployment.stands_since) // HOUR + 1


def next_hour(deployment: Deployment, moment: datetime) -> datetime:
    """When its next hour begins."""
    assert deployment.stands_since is not None
    return deployment.stands_since + started_hours(deployment, moment) * HOUR


def held_until(deployment: Deployment) -> datetime | None:
    """When the first hour begins that nothing is set aside for; None = it does not stand yet."""
    if deployment.stands_since is None:
        return None
    return deployment.stands_since + max(deployment.hours_held, deployment.hours_charged) * HOUR


def hold_first_day(db: Session, deployment: Deployment) -> None:
    """Set the first day's hosting aside. Raises BudgetExceeded or Conflict; then nothing is held."""
    spend.hold_all(db, [_wanted(deployment, hour) for hour in range(HOURS_AHEAD)])
    deployment.hours_held = HOURS_AHEAD


def hold_ahead(db: Session, deployment: Deployment) -> bool:
    """Set aside what is missing of a whole day from the hours that were charged on, as far as the budget goes. Whether it does."""
    deployment.hours_held = max(deployment.hours_held, deployment.hours_charged)
    missing = range(deployment.hours_held, deployment.hours_charged + HOURS_AHEAD)
    return not missing or _hold(db, deployment, missing) or _hold_what_is_covered(db, deployment, missing)


def _hold(db: Session, deployment: Deployment, hours: range) -> bool:
    try:
        spend.hold_all(db, [_wanted(deployment, hour) for hour in hours])
    except (BudgetExceeded, Conflict):
        return False
    deployment.hours_held = hours.stop
    return True


def _hold_what_is_covered(db: Session, deployment: Deployment, hours: range) -> bool:
    """Always False: all of them together were more than the budget has."""
    for hour in hours:
        if not _hold(db, deployment, range(hour, hour + 1)):
            break
    return False


def charge_started(db: Session, deployment: Deployment, until: datetime, *, provisional: bool) -> None:
    """Charge every hour that has begun and was not charged, each by itself. `provisional`: nobody has seen that it stood then."""
    begun = range(deployment.hours_charged, started_hours(deployment, until))
    if not begun:
        return
    charges = [_charge(deployment, provisional=provisional)]
    held = [hour for hour in begun if hour < deployment.hours_held]
    if held:
        spend.settle_all(db, {_subject(deployment, hour): charges for hour in held})
    for hour in begun[len(held) :]:
        spend.charge_owed(db, _wanted(deployment, hour), charges)
    deployment.hours_charged = begun.stop


def release_rest(db: Session, deployment: Deployment) -> None:
    """Give back what is set aside for hours that will not begin."""
    rest = range(deployment.hours_charged, deployment.hours_held)
    if rest:
        spend.release_all(db, [_subject(deployment, hour) for hour in rest])
    deployment.hours_held = deployment.hours_charged


def _subject(deployment: Deployment, hour: int) -> str:
    return f"{deployment.id}/{hour}"


def _wanted(deployment: Deployment, hour: int) -> HoldRequest:
    return HoldRequest(deployment.team_id, _subject(deployment, hour), SpendKind.HOSTING, usd_per_hour(deployment))


def _charge(deployment: Deployment, *, provisional: bool) -> Charge:
    return Charge(
        kind=SpendKind.HOSTING,
        connection_id=deployment.connection_id,
        model=deployment.model,
        unit=Unit.HOSTING,
        quantity=1,
        usd_per_million=Decimal(deployment.usd_per_million),
        price_id=deployment.price_id,
        provisional=provisional,
    )
