"""Examples at random, of every shape, as providers take them."""

import json
from typing import Any

from hypothesis import strategies as st

Example = dict[str, Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1, max_size=12).filter(
    str.strip
)
NAMES = st.text("abc_-7", min_size=1, max_size=6)
VALUES = st.none() | st.booleans() | st.integers(-9, 9) | TEXTS
ARGUMENTS = st.dictionaries(NAMES, VALUES, max_size=2).map(lambda value: json.dumps(value, ensure_ascii=False))
USERS = st.builds(lambda text: {"role": "user", "content": text}, TEXTS)
ANSWERS = st.builds(lambda text: {"role": "assistant", "content": text}, TEXTS)
NOTHING: st.SearchStrategy[list[Example]] = st.just([])
SYSTEMS = NOTHING | st.builds(lambda text: [{"role": "system", "content": text}], TEXTS)
TURNS = st.lists(st.tuples(USERS, ANSWERS), min_size=1, max_size=3).map(
    lambda turns: [one for turn in turns for one in turn]
)

CHATS = st.builds(lambda system, turns: {"messages": [*system, *turns]}, SYSTEMS, TURNS)
"""Texts only, by turns."""

COMPLETIONS = st.builds(lambda prompt, text: {"prompt": prompt, "completion": text}, TEXTS, TEXTS)


@st.composite
def calls(draw: st.DrawFn) -> list[Example]:
    """A message that calls tools, and their answers; ids are set by `numbered`."""
    functions = draw(
        st.lists(st.builds(lambda n, a: {"name": n, "arguments": a}, NAMES, ARGUMENTS), min_size=1, max_size=3)
    )
    call = {"role": "assistant", "tool_calls": [{"type": "function", "function": one} for one in functions]}
    return [call, *({"role": "tool", "content": draw(TEXTS)} for _ in functions)]


@st.composite
def tool_chats(draw: st.DrawFn) -> Example:
    """Chats in which tools are called, one or several at once, and answer in the order of the calls."""
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = [{"type": "function", "function": {"name": name, "parameters": parameters}} for name in names]
    messages = [*draw(SYSTEMS)]
    for _ in range(draw(st.integers(1, 2))):
        messages += [draw(USERS), *draw(calls()), draw(ANSWERS)]
    return {"messages": numbered(messages), "tools": tools}


def numbered(messages: list[Example]) -> list[Example]:
    """With `call_1` and so on as the ids of calls, and each answer to the call it belongs to."""
    made, count = 0, 0
    waiting: list[str] = []
    said = []
    for message in messages:
        if "tool_calls" in message:
            made = count
            count += len(message["tool_calls"])
            waiting = [f"call_{number + 1}" for number in range(made, count)]
            listed = [{"id": known, **call} for known, call in zip(waiting, message["tool_calls"], strict=True)]
            said.append(message | {"tool_calls": listed})
        elif message["role"] == "tool":
            said.append(message | {"tool_call_id": waiting.pop(0)})
        else:
            said.append(message)
    return said


@st.composite
def image_chats(draw: st.DrawFn) -> Example:
    """Chats about images, which have an address or come as bytes."""
    jpeg, png = "data:image/jpeg;base64,/9j/4AAQ", "data:image/png;base64,iVBORw0K"
    urls = draw(st.lists(st.sampled_from(["https://example.com/1.png", jpeg, png]), min_size=1, max_size=3))
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    asked = {"role": "user", "content": [*images, {"type": "text", "text": draw(TEXTS)}]}
    return {"messages": [*draw(SYSTEMS), asked, draw(ANSWERS)]}


@st.composite
def preferences(draw: st.DrawFn) -> Example:
    preferred = draw(ANSWERS)
    other = draw(ANSWERS.filter(lambda answer: answer != preferred))
    asked = [*draw(SYSTEMS), *draw(NOTHING | TURNS), draw(USERS)]
    return {"input": {"messages": asked}, "preferred_output": [preferred], "non_preferred_output": [other]}


REINFORCEMENTS = st.builds(
    lambda system, user, keys: {"messages": [*system, user], **keys},
    SYSTEMS,
    USERS,
    st.dictionaries(st.sampled_from(["answer", "difficulty", "label"]), VALUES, min_size=1),
)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
"""Anything at all."""

FUNCTIONS = (
    st.dictionaries(st.just("function"), JSON | st.dictionaries(st.sampled_from(["name", "arguments"]), JSON)) | JSON
)
PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url"])}, optional={"text": JSON, "image_url": JSON}
)
MESSAGES = JSON | st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool", "function"]) | JSON},
    optional={
        "content": JSON | st.lists(PARTS, max_size=2),
        "tool_calls": JSON | st.lists(FUNCTIONS, max_size=2),
        "function_call": JSON,
        "weight": JSON,
        "refusal": JSON,
    },
)
LISTS = st.lists(MESSAGES, max_size=3) | JSON
KEYS = st.sampled_from(
    ["messages", "tools", "functions", "prompt", "completion", "preferred_output", "non_preferred_output"]
)
BROKEN = st.dictionaries(KEYS, LISTS, max_size=4)
BROKEN_EXAMPLES = BROKEN | st.builds(lambda asked, sides: {"input": asked, **sides}, BROKEN | JSON, BROKEN)
"""Rows that have keys of training examples, and anything under them."""
