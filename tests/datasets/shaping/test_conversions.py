"""Examples of one shape become examples of another, in every direction; what cannot be said is found."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.findings import Severity
from shared.datasets.shapes import Shape
from shared.datasets.shaping.conversions.conversion import Affixes, Conversion
from shared.datasets.shaping.conversions.convert import convert, paired
from tests.datasets.shaping.rows import ASK, PLAIN, PREFERENCE, SAY, SYSTEM, WITH_SYSTEM, WITH_TOOLS, WORSE
from tests.datasets.shaping.strategies import BROKEN_EXAMPLES

Example = dict[str, Any]

CHAT, COMPLETION, RFT, DPO = Shape.CHAT, Shape.COMPLETION, Shape.REINFORCEMENT, Shape.PREFERENCE
ARROW = Affixes(separator=" ->", stop="\n", leading_space=True)
PAIR = {"prompt": "Where is my parcel?", "completion": "shipping"}
ASKED = {"messages": [ASK], "reference_answer": "shipping"}
SKELETON = PREFERENCE | {"non_preferred_output": []}
SAID: dict[Shape, Example] = {CHAT: PLAIN, COMPLETION: PAIR, RFT: ASKED, DPO: PREFERENCE}
LONG = {"messages": [SYSTEM, ASK, SAY | {"weight": 0}, ASK, SAY | {"weight": 1}, ASK, SAY]}


def codes(example: Example, conversion: Conversion) -> list[str]:
    made = convert(example, conversion)
    assert made.examples == ()
    return [finding.code for finding in made.findings]


@pytest.mark.parametrize(("source", "target"), list(itertools.product(Shape, Shape)))
def test_one_example_can_be_said_in_every_shape(source: Shape, target: Shape) -> None:
    made = convert(SAID[source], Conversion(source, target))
    is_half = target is DPO and source is not DPO
    assert made.examples == (SKELETON if is_half else SAID[target],)
    assert [finding.code for finding in made.findings] == ["half_a_preference"] * is_half


def test_what_parted_prompt_and_completion_is_left_off_and_added_again() -> None:
    old = {"prompt": "Where is my parcel? ->", "completion": " shipping\n"}
    assert convert(old, Conversion(COMPLETION, CHAT, ARROW)).examples == (PLAIN,)
    assert convert(PLAIN, Conversion(CHAT, COMPLETION, ARROW)).examples == (old,)
    assert convert(PAIR, Conversion(COMPLETION, CHAT, ARROW)).examples == (PLAIN,)


def test_chats_made_of_completions_can_have_a_system_message() -> None:
    conversion = Conversion(COMPLETION, CHAT, system=SYSTEM["content"])
    assert convert(PAIR, conversion).examples == (WITH_SYSTEM,)
    (example,) = convert({"prompt": "", "completion": "Once upon a time"}, conversion).examples
    assert [message["role"] for message in example["messages"]] == ["system", "assistant"]


def test_a_text_without_a_prompt_is_no_chat() -> None:
    assert codes({"prompt": " ", "completion": "x"}, Conversion(COMPLETION, CHAT)) == ["cannot_convert"]


def test_tools_stay_with_what_was_asked() -> None:
    (example,) = convert(WITH_TOOLS, Conversion(CHAT, DPO)).examples
    assert example["input"] == {"messages": WITH_TOOLS["messages"][:-1], "tools": WITH_TOOLS["tools"]}


def test_a_chat_of_several_turns_is_a_completion_as_a_transcript_only() -> None:
    chat = {"messages": [SYSTEM, ASK, SAY, {"role": "user", "content": "And mine?"}, WORSE]}
    assert codes(chat, Conversion(CHAT, COMPLETION)) == ["cannot_convert"]
    (example,) = convert(chat, Conversion(CHAT, COMPLETION, as_transcript=True)).examples
    assert example["completion"] == "billing"
    assert example["prompt"] == (
        "System: Label the ticket.\n\nUser: Where is my parcel?\n\nAssistant: shipping\n\nUser: And mine?\n\nAssistant:"
    )


@pytest.mark.parametrize("target", [DPO, RFT, COMPLETION])
def test_an_answer_of_weight_0_is_not_trained_in_another_shape_either(target: Shape) -> None:
    forbidden = {"messages": [ASK, SAY, ASK, WORSE | {"weight": 0}]}
    assert convert(forbidden, Conversion(CHAT, target)).examples == convert(PLAIN, Conversion(CHAT, target)).examples
    assert codes({"messages": [ASK, SAY | {"weight": 0}]}, Conversion(CHAT, target)) == ["cannot_convert"]


@pytest.mark.parametrize("target", [DPO, RFT])
def test_functions_are_not_lost_on_the_way(target: Shape) -> None:
    made = convert(PLAIN | {"functions": [{"name": "look"}]}, Conversion(CHAT, target))
    assert [(finding.code, finding.pointer) for finding in made.findings] == [("cannot_convert", "/functions")]


def test_a_chat_is_unrolled_into_one_for_each_answer_to_be_learnt() -> None:
    made = convert(LONG, Conversion(CHAT, CHAT, unroll=True)).examples
    assert [len(chat["messages"]) for chat in made] == [5, 7]
    weights = [[one.get("weight") for one in chat["messages"] if one["role"] == "assistant"] for chat in made]
    assert weights == [[0, None], [0, 0, None]]
    assert len(convert(LONG, Conversion(CHAT, RFT, unroll=True)).examples) == 2


def test_a_chat_in_which_nothing_is_learnt_is_not_unrolled() -> None:
    chat = {"messages": [ASK, SAY | {"weight": 0}]}
    assert convert(chat, Conversion(CHAT, CHAT, unroll=True)).examples == (chat,)


def test_weights_stay_in_chats() -> None:
    (example,) = convert(LONG, Conversion(CHAT, RFT)).examples
    assert not any("weight" in message for message in example["messages"])


def test_graders_find_the_answer_under_the_key_one_likes() -> None:
    (example,) = convert(PLAIN, Conversion(CHAT, RFT, answer_key="label")).examples
    assert example == {"messages": [ASK], "label": "shipping"}
    assert convert({"messages": [ASK], "label": 7}, Conversion(RFT, CHAT, answer_key="label")).examples == (
        {"messages": [ASK, SAY | {"content": "7"}]},
    )
    for key in ("", "messages", "tools"):
        with pytest.raises(ValueError):
            Conversion(CHAT, RFT, answer_key=key)


def test_only_chats_are_unrolled() -> None:
    with pytest.raises(ValueError):
        Conversion(DPO, CHAT, unroll=True)


@pytest.mark.parametrize(
    ("example", "source", "target"),
    [
        ({"messages": [ASK]}, CHAT, DPO),
        ({"messages": "x"}, CHAT, RFT),
        ({"messages": []}, CHAT, COMPLETION),
        (WITH_TOOLS, CHAT, RFT),
        (WITH_TOOLS, CHAT, COMPLETION),
        ({"messages": [ASK, WITH_TOOLS["messages"][1]]}, CHAT, RFT),
        ({"messages": [ASK]}, RFT, CHAT),
        ({"messages": 3, "reference_answer": "x"}, RFT, CHAT),
        ({"prompt": 3, "completion": "x"}, COMPLETION, CHAT),
        ({"input": 3}, DPO, CHAT),
        ({"input": {"messages": [ASK]}, "preferred_output": []}, DPO, CHAT),
    ],
)
def test_what_cannot_be_said_is_found(example: Example, source: Shape, target: Shape) -> None:
    assert codes(example, Conversion(source, target)) == ["cannot_convert"]


@settings(max_examples=80, deadline=None)
@given(BROKEN_EXAMPLES, st.sampled_from(Shape), st.sampled_from(Shape))
def test_any_example_at_all_is_converted_or_refused_but_never_crashes(
    example: Example, source: Shape, target: Shape
) -> None:
    made = convert(example, Conversion(source, target, as_transcript=True))
    assert bool(made.examples) != any(finding.severity is Severity.ERROR for finding in made.findings)
    paired(example, example)


def test_two_answers_to_one_prompt_make_a_whole_preference() -> None:
    worse = {"messages": [ASK, WORSE]}
    assert paired(PLAIN, worse).examples == (PREFERENCE,)
    assert [one.code for one in paired(PLAIN, WITH_SYSTEM).findings] == ["prompts_differ"]
    assert [one.code for one in paired(PLAIN, PLAIN).findings] == ["cannot_convert"]
    assert [one.code for one in paired(PLAIN, {"messages": [ASK]}).findings] == ["cannot_convert"]


def test_a_conversion_is_kept_as_json() -> None:
    conversion = Conversion(CHAT, RFT, ARROW, unroll=True, answer_key="label")
    assert Conversion.of(json.loads(json.dumps(conversion.as_dict()))) == conversion
    assert Conversion.of({"source": "chat", "target": "preference"}) == Conversion(CHAT, DPO)
