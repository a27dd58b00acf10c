"""Exports on the wire: the forms a dataset can be had in, and what each would lack."""

from typing import Any

from api.schemas.base import Schema, WholeList, example
from shared.datasets.exporting import Outlook

_LOSS: dict[str, Any] = {
    "what": "answers of weight 0 will be learnt there",
    "leaves_out": False,
    "examples": 12,
    "first": [3, 17],
}


class LossSchema(Schema):
    """One reason for which something is lost: in `examples` examples, of which `first` are the first, counted from 1."""

    model_config = example(_LOSS)
    what: str
    leaves_out: bool
    examples: int
    first: list[int]


class ExportSchema(Schema):
    """A form, and what it would lack of the `examples` that were tried: `left_out` as a whole, `shortened` in part.

    `is_possible` false: the form knows no examples of this shape, and nothing was tried.
    """

    model_config = example(
        {
            "name": "llama_factory_alpaca",
            "title": "LLaMA-Factory, Alpaca",
            "filename": "ds_01h455vb4pex5vsknk084sn02q.llama_factory_alpaca.jsonl",
            "is_possible": True,
            "examples": 144,
            "left_out": 0,
            "shortened": 12,
            "losses": [_LOSS],
        }
    )
    name: str
    title: str
    filename: str
    is_possible: bool
    examples: int
    left_out: int
    shortened: int
    losses: list[LossSchema]

    @classmethod
    def of(cls, outlook: Outlook) -> "ExportSchema":
        """The form as it is shown."""
        lacks = outlook.lacks
        return cls.model_validate(
            {
                "name": outlook.name,
                "title": outlook.title,
                "filename": outlook.filename,
                "is_possible": lacks is not None,
                "examples": lacks.examples if lacks else 0,
                "left_out": lacks.left_out if lacks else 0,
                "shortened": lacks.shortened if lacks else 0,
                "losses": lacks.by_weight if lacks else [],
            }
        )


class Exports(WholeList):
    """Every form, or the one that was asked for."""

    data: list[ExportSchema]
