"""What all wire shapes share: unknown fields are refused, money is a decimal string, ids and texts are checked on the way in."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from shared import ids
from shared.money import Usd

_EXAMPLE = "01h455vb4pex5vsknk084sn02q"


class Schema(BaseModel):
    """The parent of all wire shapes; made from JSON, or from a row's attributes."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, frozen=True)


class WholeList(Schema):
    """A list that is never cut into pages: `next_cursor` is always null."""

    next_cursor: None = None


def example(value: dict[str, Any]) -> ConfigDict:
    """A schema's `model_config`, with an example for the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [value]})


@dataclass(frozen=True, slots=True)
class Id:
    """Marks a text as an id with a prefix: anything else is refused before the database is asked."""

    prefix: str

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": ids.pattern(self.prefix),
            "maxLength": len(self.prefix) + 27,
            "examples": [f"{self.prefix}_{_EXAMPLE}"],
        }

    def _check(self, text: str) -> str:
        if not ids.is_id(text, self.prefix):
            raise ValueError(f"is not an id of this kind: those begin with {self.prefix}_ and have 26 more characters")
        return text


TeamId = Annotated[ids.TeamId, Id("team")]
KeyId = Annotated[ids.KeyId, Id("key")]
ConnectionId = Annotated[ids.ConnectionId, Id("conn")]
DatasetId = Annotated[ids.DatasetId, Id("ds")]
UploadId = Annotated[ids.UploadId, Id("up")]
ModerationId = Annotated[ids.ModerationId, Id("mod")]
JobId = Annotated[ids.JobId, Id("job")]
ModelId = Annotated[ids.ModelId, Id("model")]
EvaluationId = Annotated[ids.EvaluationId, Id("eval")]
DeploymentId = Annotated[ids.DeploymentId, Id("dep")]
GroupId = Annotated[ids.GroupId, Id("grp")]
ImportId = Annotated[ids.ImportId, Id("imp")]


@dataclass(frozen=True, slots=True)
class _UsdText:
    """Money as a decimal string in USD, such as "12.50"; a JSON number would have been rounded on its way."""

    lowest: Usd | None

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._parse, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        sign = "-?" if self.lowest is None else ""
        return {
            "type": "string",
            "pattern": rf"^{sign}[0-9]{{1,10}}(\.[0-9]{{1,9}})?$",
            "maxLength": 22,
            "description": "US dollars",
            "examples": ["12.50"],
        }

    def _parse(self, value: object) -> Usd:
        if isinstance(value, Usd):
            return value
        if not isinstance(value, str) or not value.isascii() or not value.lstrip("-").replace(".", "", 1).isdigit():
            raise ValueError('is not an amount in USD: write it as a decimal string, such as "12.50"')
        amount = Usd.parse(value)
        if self.lowest is not None and amount < self.lowest:
            raise ValueError("must not be negative")
        return amount


Money = Annotated[Usd, _UsdText(lowest=None)]
"""Any amount."""

Amount = Annotated[Usd, _UsdText(lowest=Usd(0))]
"""An amount that is not negative."""

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""What people call something: one line, at most 100 characters."""

ModelName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:/-]+$"),
    Field(
        description="A base model, an alias, or a tuned model of the team (its id here, or its provider's name for it)."
    ),
]
"""What a caller may name where a model is wanted; orders of training take base models only."""

Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
"""Prose of any kind."""
