"""A block holds the texts of its examples, whatever their shape."""

from shared.datasets.quality.block import Block
from shared.datasets.quality.columns import texts_of
from shared.datasets.shapes import Shape
from tests.datasets.quality.looking import Row, block, chat, preference

CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


def roles_and_texts(rows: list[Row], shape: Shape = Shape.CHAT) -> list[tuple[str, str]]:
    made = block(rows, shape)
    return list(zip(made.roles, made.texts, strict=True))


def test_a_chat_has_its_messages_and_the_arguments_of_its_calls() -> None:
    row = {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c", "content": "4"},
            {"role": "assistant", "refusal": "No."},
        ]
    }
    said = [("system", "Be brief."), ("user", "A\nB"), ("call", '{"a": 1}'), ("tool", "4"), ("assistant", "No.")]
    assert roles_and_texts([row]) == said
    assert [text.where for text in texts_of(row, Shape.CHAT)] == [
        "/messages/0/content",
        "/messages/1/content",
        "/messages/2/tool_calls/0/function/arguments",
        "/messages/3/content",
        "/messages/4/content",
    ]


def test_old_function_calls_are_calls() -> None:
    row = {"messages": [{"role": "assistant", "content": "Wait.", "function_call": {"name": "f", "arguments": "{}"}}]}
    assert roles_and_texts([row]) == [("assistant", "Wait."), ("call", "{}")]
    assert block([row]).where(1) == "/messages/0/function_call/arguments"


def test_an_example_that_ends_with_a_call_has_no_answer() -> None:
    row = {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [CALL]}]}
    assert block([row, chat("a", "b")]).answers == [None, "b"]


def test_in_a_preference_the_preferred_answer_counts() -> None:
    made = block([preference("Which?", "this", "that")], Shape.PREFERENCE)
    assert list(made.roles) == ["user", "preferred", "non_preferred"]
    asked_otherwise = block([preference("What?", "this", "that")], Shape.PREFERENCE)
    answered_otherwise = block([preference("Which?", "that", "this")], Shape.PREFERENCE)
    assert (made.answers, answered_otherwise.answers) == (["this"], ["that"])
    assert asked_otherwise.prompt_digests != made.prompt_digests == answered_otherwise.prompt_digests


def test_a_completion_is_a_question_and_an_answer() -> None:
    made = block([{"prompt": "p", "completion": "c"}], Shape.COMPLETION)
    assert (made.answers, made.where(1)) == (["c"], "/completion")
    assert made.prompt_digests == block([{"prompt": "p", "completion": "d"}], Shape.COMPLETION).prompt_digests


def test_a_reinforcement_example_has_no_answer() -> None:
    made = block([{"messages": [{"role": "user", "content": "12*12?"}], "answer": 144}], Shape.REINFORCEMENT)
    assert made.answers == [None]
    assert made.prompt_digests == block([chat("12*12?", "144")]).prompt_digests


def test_the_prompt_is_all_that_was_said_before_the_answer() -> None:
    one, other, same = block([chat("a", "x", system="s"), chat("a", "x"), chat("a", "y", system="s")]).prompt_digests
    assert one == same != other
    assert block([chat("a", "x", system="s"), chat("b", "y")]).systems == ["s", ""]


def test_texts_are_found_again_in_the_haystack() -> None:
    made: Block = block([chat("warum", "läuft", system="hidden"), chat("für", "nichts")])
    assert b"hidden" not in made.said.joined
    assert made.said.which([made.said.joined.index("läuft".encode())]).tolist() == [2]
    place = int(made.said.which([made.said.joined.index(b"nichts")])[0])
    assert (made.example_of(place), made.where(place)) == (1, "/messages/1/content")


def test_the_order_of_keys_does_not_make_another_example() -> None:
    row = chat("a", "b")
    turned = {"messages": [dict(reversed(message.items())) for message in row["messages"]]}
    one, other, third = block([row, turned, chat("a", "c")]).digests.tolist()
    assert one == other != third
