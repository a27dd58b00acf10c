"""Graders on the wire: what is tried, and what came of it."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.base import ConnectionId, DatasetId, Schema, example
from api.schemas.training import GRADER, GraderJson

_FAULT = {
    "pointer": "/grader/reference",
    "message": "reads item.lable, which the examples do not have; they have label",
}


class GraderCheck(Schema):
    """`dataset_id`: whose examples have to have what the grader reads. `connection_id`: whose provider is asked as well."""

    model_config = example({"grader": GRADER, "dataset_id": "ds_01h455vb4pex5vsknk084sn02q"})
    grader: GraderJson
    dataset_id: DatasetId | None = None
    connection_id: ConnectionId | None = None


class FaultSchema(Schema):
    """A JSON pointer into the request, and what is wrong there."""

    model_config = example(_FAULT)
    pointer: str
    message: str


class GraderVerdict(Schema):
    """`valid`: neither the rules nor the provider, if it was asked, have anything against it. `provider`: its words."""

    model_config = example({"valid": False, "faults": [_FAULT], "provider": None})
    valid: bool
    faults: list[FaultSchema]
    provider: str | None


class GraderRun(Schema):
    """One answer, and the item that it is held against: what an example has beside its messages."""

    model_config = example(
        {
            "grader": GRADER,
            "connection_id": "conn_01h455vb4pex5vsknk084sn02q",
            "answer": "billing",
            "item": {"label": "billing"},
        }
    )
    grader: GraderJson
    connection_id: ConnectionId
    answer: Annotated[str, StringConstraints(max_length=100_000)]
    item: dict[str, Any] = Field(default_factory=dict)


class GradeSchema(Schema):
    """`parts`: of a grader of several. `faults`: what went wrong, in the provider's names for it; then the reward means nothing."""

    model_config = example({"reward": 1.0, "parts": {}, "faults": []})
    reward: float
    parts: dict[str, float]
    faults: list[str]
