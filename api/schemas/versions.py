"""Versions made of versions, on the wire: remedies, splits, the same bytes read anew, and how two versions differ."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import Schema, WholeList, example
from api.schemas.datasets import SheetName
from shared.datasets.asked import AUTO, Checks
from shared.datasets.shapes import Shape
from shared.errors import FieldError, InvalidRequest

LONGEST_CHOICE = 20_000


class DatasetRead(Schema):
    """How to read the bytes this time; the same fields as at an upload."""

    model_config = example({"format": "csv", "mapping": {"user": "{title}\n{body}", "assistant": "label"}})
    format: Annotated[str, Field(max_length=100)] = AUTO
    mapping: dict[str, Any] | None = None
    sheet: SheetName | None = None
    checks: Checks = Checks.ALL


class DatasetPatch(Schema):
    """What may be changed of a dataset: what people say of it. Its bytes never change."""

    model_config = example({"description": "Tickets of 2026, labelled by the night shift."})
    description: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]


class ChosenRemedy(Schema):
    """A remedy by its name. Parameters that are left out are those that `/remedies` shows."""

    model_config = example({"name": "drop_duplicates", "parameters": {}})
    name: Annotated[str, Field(max_length=60, pattern="^[a-z0-9_]+$")]
    parameters: dict[str, Any] = Field(default_factory=dict)


class AffixesSchema(Schema):
    """What stands around completions' texts only to part them: left off on the way to a chat, added on the way back."""

    separator: Annotated[str, Field(max_length=100)] = ""
    stop: Annotated[str, Field(max_length=100)] = ""
    leading_space: bool = False


class ConversionSchema(Schema):
    """Into which shape the examples are made, when all remedies have been applied. What another shape cannot say is left out.

    `unroll`: a chat of several answers becomes several. `system` is said first in chats made of completions.
    """

    model_config = example({"target": "chat", "affixes": {"separator": " ->", "leading_space": True, "stop": "\n"}})
    target: Shape
    affixes: AffixesSchema = AffixesSchema()
    system: Annotated[str, Field(max_length=10_000)] = ""
    unroll: bool = False
    as_transcript: bool = False
    answer_key: Annotated[str, Field(min_length=1, max_length=60)] = "reference_answer"


class DatasetPrepare(Schema):
    """Which remedies to apply: chosen ones, or `"recommended"` for all that `/remedies` recommends; and what to convert to."""

    model_config = example({"remedies": [{"name": "drop_duplicates"}, {"name": "mask_personal_data"}], "convert": None})
    remedies: Literal["recommended"] | Annotated[list[ChosenRemedy], Field(max_length=60)] = Field(default_factory=list)
    convert: ConversionSchema | None = None

    def chosen(self) -> dict[str, Any]:
        """As it is kept. Raises InvalidRequest if nothing is to be done, or it takes too long to say."""
        if not self.remedies and self.convert is None:
            fault = FieldError("/remedies", 'names no remedy; "recommended" takes all that are')
            raise InvalidRequest("Choose remedies, or a conversion.", [fault])
        chosen = self.model_dump(mode="json")
        if len(json.dumps(chosen)) > LONGEST_CHOICE:
            raise InvalidRequest(f"The remedies and their parameters have more than {LONGEST_CHOICE:,} characters.")
        return chosen


class SampleSchema(Schema):
    """One row before and after a remedy, cut to the first difference; `after` empty: the row is left out."""

    line: int
    before: str
    after: str


class RemedySchema(Schema):
    """Something that can be mended mechanically: in `count` rows (of which it would leave out `dropped`), and how that looks.

    `changes_inference`: what is sent to the tuned model must change likewise; the version's `recipe` then says how.
    """

    model_config = example(
        {
            "name": "drop_duplicates",
            "title": "Leave out examples that stand there already",
            "mends": ["duplicate_example"],
            "count": 12,
            "dropped": 12,
            "lines": [7, 19],
            "recommended": True,
            "changes_inference": False,
            "parameters": {},
            "samples": [{"line": 7, "before": '{"messages": […]}', "after": ""}],
        }
    )
    name: str
    title: str
    mends: list[str]
    count: int
    dropped: int
    lines: list[int]
    recommended: bool
    changes_inference: bool
    parameters: dict[str, Any]
    samples: list[SampleSchema]


class Remedies(WholeList):
    """In the order in which they are applied."""

    data: list[RemedySchema]
