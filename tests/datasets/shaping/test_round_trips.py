"""What is exported and read again is what it was, as far as the format can say it."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Affixes, Conversion
from shared.datasets.shaping.conversions.convert import convert
from shared.datasets.shaping.examples import to_examples
from shared.datasets.shaping.exports.export import export
from shared.datasets.shaping.plan import Shaping
from shared.datasets.shaping.recognition import guess
from tests.datasets.shaping.strategies import (
    CHATS,
    COMPLETIONS,
    REINFORCEMENTS,
    TEXTS,
    Example,
    image_chats,
    preferences,
    tool_chats,
)

EXAMPLES = {
    Shape.CHAT: CHATS,
    Shape.PREFERENCE: preferences(),
    Shape.REINFORCEMENT: REINFORCEMENTS,
    Shape.COMPLETION: COMPLETIONS,
}


def read_back(examples: list[Example], shape: Shape, name: str) -> list[Example]:
    """Exported, recognised and shaped again; nothing may be lost on either way."""
    lost: list[object] = []
    written = b"".join(export(examples, shape, name, lost.append)).decode()
    rows = _rows(written, name)
    shaping = guess(rows)
    assert isinstance(shaping, Shaping)
    assert shaping.shape is shape
    made = [to_examples(row, shaping) for row in rows]
    lost += [finding for one in made for finding in one.findings]
    assert lost == []
    return [example for one in made for example in one.examples]


def _rows(written: str, name: str) -> list[dict[str, Any]]:
    if name == "csv":
        return list(csv.DictReader(io.StringIO(written, newline="")))
    if name.startswith("lmflow"):
        listed: list[dict[str, Any]] = json.loads(written)["instances"]
        return listed
    return [json.loads(line) for line in written.split("\n") if line]


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        (Shape.CHAT, "jsonl"),
        (Shape.CHAT, "csv"),
        (Shape.CHAT, "llama_factory_sharegpt"),
        (Shape.CHAT, "llama_factory_alpaca"),
        (Shape.CHAT, "lmflow_conversation"),
        (Shape.CHAT, "axolotl_chat_template"),
        (Shape.CHAT, "trl"),
        (Shape.CHAT, "anthropic"),
        (Shape.PREFERENCE, "csv"),
        (Shape.PREFERENCE, "llama_factory_sharegpt"),
        (Shape.PREFERENCE, "llama_factory_alpaca"),
        (Shape.PREFERENCE, "axolotl_chat_template"),
        (Shape.PREFERENCE, "trl"),
        (Shape.REINFORCEMENT, "csv"),
        (Shape.COMPLETION, "csv"),
        (Shape.COMPLETION, "trl"),
    ],
)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_texts_are_read_back_as_they_were(shape: Shape, name: str, data: st.DataObject) -> None:
    examples = data.draw(st.lists(EXAMPLES[shape], min_size=1, max_size=3))
    assert read_back(examples, shape, name) == examples


@pytest.mark.parametrize("name", ["llama_factory_sharegpt", "axolotl_chat_template", "trl", "anthropic", "csv"])
@settings(max_examples=12, deadline=None)
@given(examples=st.lists(tool_chats(), min_size=1, max_size=3))
def test_calls_of_tools_are_read_back_as_they_were(name: str, examples: list[Example]) -> None:
    assert read_back(examples, Shape.CHAT, name) == examples


@pytest.mark.parametrize("name", ["axolotl_chat_template", "trl", "anthropic", "csv"])
@settings(max_examples=12, deadline=None)
@given(examples=st.lists(image_chats(), min_size=1, max_size=3))
def test_images_are_read_back_as_they_were(name: str, examples: list[Example]) -> None:
    assert read_back(examples, Shape.CHAT, name) == examples


@settings(max_examples=30, deadline=None)
@given(COMPLETIONS, st.builds(Affixes, TEXTS, TEXTS, st.booleans()))
def test_a_completion_that_becomes_a_chat_becomes_the_same_completion(pair: Example, affixes: Affixes) -> None:
    prompt, completion = affixes.add(pair["prompt"], pair["completion"])
    written = {"prompt": prompt, "completion": completion}
    (chat,) = convert(written, Conversion(Shape.COMPLETION, Shape.CHAT, affixes)).examples
    assert convert(chat, Conversion(Shape.CHAT, Shape.COMPLETION, affixes)).examples == (written,)


@settings(max_examples=30, deadline=None)
@given(CHATS)
def test_a_chat_that_becomes_a_reinforcement_example_becomes_the_same_chat(chat: Example) -> None:
    (asked,) = convert(chat, Conversion(Shape.CHAT, Shape.REINFORCEMENT)).examples
    assert convert(asked, Conversion(Shape.REINFORCEMENT, Shape.CHAT)).examples == (chat,)


@settings(max_examples=30, deadline=None)
@given(preferences())
def test_the_preferred_side_of_a_preference_is_a_chat(example: Example) -> None:
    (chat,) = convert(example, Conversion(Shape.PREFERENCE, Shape.CHAT)).examples
    (skeleton,) = convert(chat, Conversion(Shape.CHAT, Shape.PREFERENCE)).examples
    assert skeleton == example | {"non_preferred_output": []}
