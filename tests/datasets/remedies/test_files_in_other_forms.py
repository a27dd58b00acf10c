"""Remedies on files whose rows are no training examples yet: what is mended becomes an example like its neighbours."""

import io
import json
from typing import Any

from shared.datasets.asked import Asked
from shared.datasets.remedies import all_recommended, prepare
from shared.datasets.rows import lent_to_remedies, source_rows
from shared.datasets.shapes import Shape
from shared.datasets.understanding import reader_of, understand
from tests.datasets.remedies.workbench import Row, assistant, conversation, user

CHAT = conversation(user("Where?"), assistant("Here."))


def recommended(content: str, filename: str, mapping: dict[str, Any] | None = None) -> list[Row]:
    source = understand(io.BytesIO(content.encode()), filename, Asked(mapping=mapping)).as_dict()
    lent = lent_to_remedies(Shape.CHAT, {}, shaping=reader_of(source)[1])
    done = prepare(
        lambda: source_rows(io.BytesIO(content.encode()), source), all_recommended(Shape.CHAT, lent), Shape.CHAT, lent
    )
    return [json.loads(line) for line in done.lines()]


def test_a_mangled_row_of_another_form_becomes_an_example() -> None:
    sound = [json.dumps({"instruction": f"Count to {number}", "input": "", "output": "1"}) for number in range(9)]
    mangled = "{'instruction': 'Where?', 'input': '', 'output': 'Here.'}"
    assert recommended("\n".join([*sound, mangled]), "alpaca.jsonl")[9:] == [CHAT]


def test_a_cell_with_the_python_of_messages_becomes_an_example() -> None:
    cells = [json.dumps(CHAT["messages"]), repr([*CHAT["messages"][:1], assistant("There.")])]
    rows = ["conversation", *('"' + cell.replace('"', '""') + '"' for cell in cells)]
    mapping = {"messages": "conversation"}
    assert recommended("\n".join(rows), "cells.csv", mapping) == [
        CHAT,
        conversation(user("Where?"), assistant("There.")),
    ]
