"""The formats that examples are exported in: what writes a row of each shape, and how rows become a file.

Where the trainers say what they read: LLaMA-Factory `data/README.md`, LMFlow `docs/source/examples/DATASETS.md`, axolotl
`docs/dataset-formats` and `docs/rlhf.qmd`, TRL `docs/source/dataset_formats.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from shared.datasets.shapes import Shape
from shared.datasets.shaping.exports import alpaca, flat, messages, sharegpt, texts
from shared.datasets.shaping.shaped import Example, Findings, Row

Writer = Callable[[Example, Findings], Row]
"""Raises Unsayable for an example that the format cannot say; writes down what is left out."""


class Framing(StrEnum):
    LINES = "jsonl"
    INSTANCES = "json"  # LMFlow: one object with a type and a list of instances
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Target:
    title: str
    writers: dict[Shape, Writer]
    framing: Framing = Framing.LINES
    instance_types: tuple[tuple[Shape, str], ...] = ()  # LMFlow's word for each shape


def _as_it_is(example: Example, _findings: Findings) -> Row:
    return example


_FLAT: dict[Shape, Writer] = {
    Shape.CHAT: flat.chat,
    Shape.PREFERENCE: flat.preference,
    Shape.REINFORCEMENT: flat.reinforcement,
    Shape.COMPLETION: flat.completion,
}

TARGETS: dict[str, Target] = {
    "jsonl": Target("JSON Lines, as providers take them", dict.fromkeys(Shape, _as_it_is)),
    "csv": Target("A table; lists and objects as JSON", _FLAT, Framing.CSV),
    "parquet": Target("A Parquet file; lists and objects as JSON", _FLAT, Framing.PARQUET),
    "llama_factory_sharegpt": Target(
        "LLaMA-Factory, ShareGPT", {Shape.CHAT: sharegpt.chat, Shape.PREFERENCE: sharegpt.preference}
    ),
    "llama_factory_alpaca": Target(
        "LLaMA-Factory, Alpaca", {Shape.CHAT: alpaca.chat, Shape.PREFERENCE: alpaca.preference}
    ),
    "lmflow_conversation": Target(
        "LMFlow, conversations",
        {Shape.CHAT: texts.lmflow_chat, Shape.PREFERENCE: texts.lmflow_preference},
        Framing.INSTANCES,
        ((Shape.CHAT, "conversation"), (Shape.PREFERENCE, "paired_conversation")),
    ),
    "lmflow_text2text": Target(
        "LMFlow, pairs of texts",
        {Shape.CHAT: texts.pair_of_chat, Shape.COMPLETION: texts.pair_of_completion},
        Framing.INSTANCES,
        ((Shape.CHAT, "text2text"), (Shape.COMPLETION, "text2text")),
    ),
    "axolotl_chat_template": Target(
        "axolotl, chat_template", {Shape.CHAT: messages.axolotl_chat, Shape.PREFERENCE: messages.axolotl_preference}
    ),
    "axolotl_alpaca": Target("axolotl, alpaca", {Shape.CHAT: alpaca.single}),
    "axolotl_completion": Target("axolotl, completion", {Shape.COMPLETION: texts.whole_text}),
    "trl": Target(
        "TRL and other trainers of Hugging Face",
        {
            Shape.CHAT: messages.trl_chat,
            Shape.PREFERENCE: messages.trl_preference,
            Shape.REINFORCEMENT: messages.trl_prompts,
            Shape.COMPLETION: texts.completion,
        },
    ),
    "anthropic": Target("Messages with blocks of content", {Shape.CHAT: messages.anthropic_chat}),
}
