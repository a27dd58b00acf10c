"""What a trainer must be told of an exported file: LLaMA-Factory's `dataset_info.json`, axolotl's list of datasets."""

from typing import Any

from shared.datasets.shapes import Shape

_SHAREGPT = {"messages": "conversations", "system": "system", "tools": "tools"}
_ALPACA = {"prompt": "instruction", "query": "input", "system": "system", "history": "history"}
_SIDES = {"chosen": "chosen", "rejected": "rejected"}

_LLAMA_FACTORY: dict[tuple[str, Shape], dict[str, Any]] = {
    ("llama_factory_sharegpt", Shape.CHAT): {"formatting": "sharegpt", "columns": _SHAREGPT},
    ("llama_factory_sharegpt", Shape.PREFERENCE): {
        "formatting": "sharegpt",
        "ranking": True,
        "columns": _SHAREGPT | _SIDES,
    },
    ("llama_factory_alpaca", Shape.CHAT): {"formatting": "alpaca", "columns": _ALPACA | {"response": "output"}},
    ("llama_factory_alpaca", Shape.PREFERENCE): {"formatting": "alpaca", "ranking": True, "columns": _ALPACA | _SIDES},
}
_AXOLOTL: dict[tuple[str, Shape], dict[str, Any]] = {
    ("axolotl_chat_template", Shape.CHAT): {"type": "chat_template", "message_field_training": "train"},
    ("axolotl_chat_template", Shape.PREFERENCE): {
        "type": "chat_template.default",
        "field_messages": "messages",
        "field_chosen": "chosen",
        "field_rejected": "rejected",
    },
    ("axolotl_alpaca", Shape.CHAT): {"type": "alpaca"},
    ("axolotl_completion", Shape.COMPLETION): {"type": "completion", "field": "text"},
}


def entry(name: str, shape: Shape, file_name: str) -> dict[str, Any] | None:
    """The entry for a file that was exported in this format; None where the trainer needs none."""
    if (name, shape) in _LLAMA_FACTORY:
        return {"file_name": file_name, **_LLAMA_FACTORY[name, shape]}
    if (name, shape) in _AXOLOTL:
        return {"path": file_name, "ds_type": "json", **_AXOLOTL[name, shape]}
    return None
