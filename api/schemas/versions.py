"""Versions made of versions, on the wire: remedies, splits, the same bytes read anew, and how two versions differ."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import DatasetId, Schema, WholeList, example

Mapping = dict[str, Any]


class DatasetRead(Schema):
    """How to read the bytes this time; the same fields as at an upload."""

    model_config = example({"format": "csv", "mapping": {"user": "{title}\n{body}", "assistant": "label"}})
    format: Annotated[str, Field(max_length=40)] = "auto"
    mapping: Mapping | None = None
    checks: Literal["all", "structure"] = "all"

    def asked(self) -> dict[str, Any]:
        """As it is kept."""
        return self.model_dump(mode="json")


class DatasetPatch(Schema):
    """What may be changed of a dataset: what people say of it. Its bytes never change."""

    model_config = example({"description": "Tickets of 2026, labelled by the night shift."})
    description: Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]


class ChosenRemedy(Schema):
    """A remedy by its name. Parameters that are left out are those that `/remedies` shows."""

    model_config = example({"name": "drop_duplicates", "parameters": {}})
    name: Annotated[str, Field(max_length=60, pattern="^[a-z0-9_]+$")]
    parameters: dict[str, Any] = Field(default_factory=dict)


class DatasetPrepare(Schema):
    """Which remedies to apply: chosen ones, or `"recommended"` for all that `/remedies` recommends."""

    model_config = example({"remedies": [{"name": "drop_duplicates"}, {"name": "mask_personal_data"}]})
    remedies: Literal["recommended"] | Annotated[list[ChosenRemedy], Field(min_length=1, max_length=60)]

    def chosen(self) -> dict[str, Any]:
        """As it is kept."""
        return self.model_dump(mode="json")


class SampleSchema(Schema):
    """One row before and after a remedy, shortened; `after` null: the row is left out."""

    line: int
    before: str
    after: str | None


class RemedySchema(Schema):
    """Something that can be mended mechanically, in how many rows, and how that looks.

    `changes_inference`: what is sent to the tuned model must change likewise; the version's `recipe` then says how.
    """

    model_config = example(
        {
            "name": "drop_duplicates",
            "title": "Leave out examples that stand there already",
            "mends": ["duplicate_example"],
            "count": 12,
            "recommended": True,
            "changes_inference": False,
            "parameters": {},
            "samples": [{"line": 7, "before": '{"messages": […]}', "after": None}],
        }
    )
    name: str
    title: str
    mends: list[str]
    count: int
    recommended: bool
    changes_inference: bool
    parameters: dict[str, Any]
    samples: list[SampleSchema]


class Remedies(WholeList):
    """In the order in which they are applied."""

    data: list[RemedySchema]


class DifferenceSchema(Schema):
    """How a dataset differs from another: examples that are only here, only there, that answer the same prompt otherwise, and
    that are the same. `lines` are those of this dataset (of the other one for `removed`), as many as one page has.
    """

    model_config = example(
        {
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "against": "ds_01h455vb4pex5vsknk084sn02r",
            "added": 12,
            "removed": 3,
            "changed": 1,
            "unchanged": 140,
            "kind": "added",
            "lines": [14, 15, 90],
            "next_offset": None,
            "numbers": {"examples": [143, 153], "tokens": [8253, 8790]},
        }
    )
    dataset_id: DatasetId
    against: DatasetId
    added: int
    removed: int
    changed: int
    unchanged: int
    kind: Literal["added", "removed", "changed"]
    lines: list[int]
    next_offset: int | None
    numbers: dict[str, list[int | None]]
    """Name of a number → what it is there, what it is here."""


class LeakageSchema(Schema):
    """Examples of a held-out dataset that stand in this one too: exactly, with the same prompt, or nearly.

    `lines`: the held-out dataset's line and this one's.
    """

    model_config = example(
        {
            "dataset_id": "ds_01h455vb4pex5vsknk084sn02q",
            "held_out": "ds_01h455vb4pex5vsknk084sn02r",
            "examples": 200,
            "exact": 2,
            "same_prompt": 1,
            "near": 4,
            "lines": [{"kind": "exact", "held_out_line": 7, "line": 1204}],
        }
    )
    dataset_id: DatasetId
    held_out: DatasetId
    examples: int
    exact: int
    same_prompt: int
    near: int | None
    lines: list[dict[str, Any]]
