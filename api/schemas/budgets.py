"""Budgets on the wire."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import Amount, Money, Schema, example
from shared.spend.queries import BudgetState


class BudgetPut(Schema):
    """`monthly_limit_usd` null: no limit of its own."""

    model_config = example({"monthly_limit_usd": "250.00"})
    monthly_limit_usd: Amount | None

    @property
    def limit(self) -> str | None:
        """The limit in words, for the audit."""
        return None if self.monthly_limit_usd is None else str(self.monthly_limit_usd)


class BudgetSchema(Schema):
    """This calendar month (UTC). `held_usd` is set aside for what has not ended; `left_usd` = limit - spent - held."""

    model_config = example(
        {
            "month": "2026-11",
            "monthly_limit_usd": "250.00",
            "spent_usd": "31.204118",
            "held_usd": "12.00",
            "left_usd": "206.795882",
        }
    )
    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    monthly_limit_usd: Money | None
    spent_usd: Money
    held_usd: Money
    left_usd: Money | None

    @classmethod
    def of(cls, state: BudgetState) -> "BudgetSchema":
        return cls(
            month=f"{state.month:%Y-%m}",
            monthly_limit_usd=state.limit,
            spent_usd=state.spent,
            held_usd=state.held,
            left_usd=state.left,
        )
