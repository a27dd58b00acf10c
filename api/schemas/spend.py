"""Spend on the wire."""

from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_serializer

from api.schemas.base import Money, Schema, WholeList, example
from shared.spend.queries import SpendRow

_ROW: dict[str, Any] = {
    "team": "support",
    "model": "gpt-4.1-mini-2025-04-14",
    "kind": "training",
    "amount": "12.345678",
    "provisional": "0.00",
    "charges": 3,
}


class SpendRowSchema(Schema):
    """One group: its values under the names asked for, what was charged, how much of it is known only by estimate."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROW], "additionalProperties": {"type": "string"}})
    group: dict[str, str]
    amount: Money
    provisional: Money
    charges: int

    @classmethod
    def of(cls, row: SpendRow) -> "SpendRowSchema":
        return cls(group=row.group, amount=row.amount, provisional=row.provisional, charges=row.n_charges)

    @model_serializer(mode="plain")
    def flat(self) -> dict[str, Any]:
        return {
            **self.group,
            "amount": str(self.amount),
            "provisional": str(self.provisional),
            "charges": self.charges,
        }


class SpendReport(WholeList):
    """The dearest group first. `total` equals the ledger's charges of the period; `to` is not included."""

    model_config = example(
        {"from": "2026-11-01", "to": "2026-12-01", "total": "12.345678", "data": [_ROW], "next_cursor": None}
    )
    since: Annotated[date, Field(serialization_alias="from")]
    until: Annotated[date, Field(serialization_alias="to")]
    total: Money
    data: list[SpendRowSchema]
