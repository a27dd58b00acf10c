"""Each remedy mends its fault, changes nothing else, and finds nothing to do the second time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from shared.datasets.remedies import REMEDIES, Chosen
from shared.datasets.remedies.inside import without
from shared.datasets.shapes import Shape
from tests.datasets.remedies.workbench import (
    LENT,
    TOOLS,
    UNCHECKED,
    Row,
    assistant,
    call,
    calling,
    check,
    conversation,
    prepared,
    system,
    tool,
    user,
)

FIND = TOOLS[0]["function"]
ASK, ANSWER = user("Where is my parcel?"), assistant("At the depot.")
GOOD = conversation(ASK, ANSWER)
OTHER = conversation(user("And the other one?"), assistant("Here."))


class Case(NamedTuple):
    """A row with a fault, the row mended (None: left out), and the code that the rules have for it, if they have one."""

    remedy: str
    before: Row | str
    after: Row | None
    code: str = ""
    parameters: Mapping[str, Any] = MappingProxyType({})


def message(remedy: str, before: Row, after: Row, code: str = "") -> Case:
    """A faulty message before a good answer."""
    return Case(remedy, conversation(before, ANSWER), conversation(after, ANSWER), code)


def answer(remedy: str, before: Row, after: Row, code: str = "") -> Case:
    return Case(remedy, conversation(ASK, before), conversation(ASK, after), code)


def tools(remedy: str, before: list[Row], after: list[Row], code: str) -> Case:
    return Case(
        remedy, conversation(ASK, *before, ANSWER, tools=TOOLS), conversation(ASK, *after, ANSWER, tools=TOOLS), code
    )


CASES = [
    Case("drop_blank_lines", "", None),
    Case("drop_blank_lines", " \t", None),
    Case("mend_json", repr(GOOD), GOOD),
    Case("drop_faulty_lines", "no JSON at all", None),
    Case("drop_faulty_lines", conversation(ASK, assistant(5)), None, "invalid_content"),
    # keys
    Case("rename_keys", {"Messages": [ASK, ANSWER]}, GOOD, "missing_messages"),
    Case("rename_keys", {"conversations": [ASK, ANSWER]}, GOOD, "sharegpt_row"),
    message("rename_keys", {"from": "user", "value": "Where is my parcel?"}, ASK, "missing_role"),
    message("rename_keys", {"Role": "user", "Content": "Where is my parcel?"}, ASK, "missing_role"),
    Case("drop_unknown_keys", {**GOOD, "id": 7}, GOOD, "unknown_key"),
    message("drop_unknown_keys", {**ASK, "timestamp": 1}, ASK, "unknown_message_key"),
    Case("drop_empty_tools", {**GOOD, "tools": []}, GOOD, "invalid_tools"),
    answer("drop_empty_tools", assistant("Here.", tool_calls=[]), assistant("Here."), "invalid_tool_calls"),
    # messages
    *(message("fix_roles", {**ASK, "role": role}, ASK, "unknown_role") for role in ("human", "User ", "用户")),
    *(
        answer("fix_roles", {**ANSWER, "role": role}, ANSWER, "unknown_role")
        for role in ("gpt", "Bot", "model", "助手")
    ),
    message("fix_roles", {"role": "System", "content": "Be brief."}, system("Be brief."), "unknown_role"),
    message("fix_roles", {"role": "developer", "content": "Be brief."}, system("Be brief."), "developer_role"),
    *(
        answer("fix_weights", assistant("Here.", weight=weight), assistant("Here.", weight=1), "invalid_weight")
        for weight in ("1", " 1.0", True, 1.0)
    ),
    message("remove_weight_from_others", {**ASK, "weight": 1}, ASK, "weight_not_on_assistant"),
    answer("remove_nulls", assistant("Here.", refusal=None), assistant("Here."), "null_value"),
    answer("remove_nulls", assistant("Here.", weight=None), assistant("Here."), "invalid_weight"),
    message("remove_nulls", {**ASK, "name": None}, ASK, "invalid_name"),
    tools(
        "remove_nulls",
        [{"role": "assistant", "content": None, "tool_calls": [call("a")]}, tool("a")],
        [calling("a"), tool("a")],
        "null_value",
    ),
    tools(
        "drop_name_in_tool",
        [calling("a"), {**tool("a"), "name": "find"}],
        [calling("a"), tool("a")],
        "name_in_tool_message",
    ),
    message("fix_names", {**ASK, "name": "Ana María"}, {**ASK, "name": "Ana_Mar_a"}, "invalid_name"),
    message("fix_names", {**ASK, "name": "安娜"}, ASK, "invalid_name"),
    message("fix_names", {**ASK, "name": "a" * 65}, {**ASK, "name": "a" * 64}, "invalid_name"),
    Case("drop_empty_messages", conversation(system("  "), ASK, ANSWER), GOOD, "empty_content"),
    Case(
        "drop_empty_messages",
        conversation(ASK, ANSWER, {"role": "user"}, ANSWER),
        GOOD,
        "missing_content",
    ),
    Case(
        "drop_empty_messages", conversation(ASK, assistant(""), user("So?"), ANSWER), conversation(user("So?"), ANSWER)
    ),
    Case("drop_empty_messages", conversation(user(" "), user("So?"), ANSWER), conversation(user("So?"), ANSWER)),
    Case("drop_empty_messages", conversation(ASK, assistant(""), ANSWER), GOOD),
    Case("drop_empty_messages", conversation(user(""), ANSWER), None),
    Case(
        "drop_unanswered_calls",
        conversation(ASK, calling("a"), user("Never mind. So?"), ANSWER),
        conversation(user("Never mind. So?"), ANSWER),
    ),
    Case("drop_unanswered_calls", conversation(system("Be brief."), ASK, calling("a"), user("Thanks")), None),
    # tools
    tools(
        "arguments_to_text",
        [calling("a", arguments={"Ort": "Öl"}), tool("a")],
        [calling("a", arguments='{"Ort": "Öl"}'), tool("a")],
        "arguments_not_text",
    ),
    tools(
        "arguments_to_text", [calling("a", arguments=None), tool("a")], [calling("a"), tool("a")], "arguments_not_text"
    ),
    tools(
        "mend_arguments",
        [calling("a", arguments="{'x': True,}"), tool("a")],
        [calling("a", arguments='{"x": true}'), tool("a")],
        "arguments_not_json",
    ),
    tools("mend_arguments", [calling("a", arguments=""), tool("a")], [calling("a"), tool("a")], "arguments_not_json"),
    tools(
        "renumber_tool_ids",
        [calling("a", "a"), tool("a", "x"), tool("a", "y")],
        [calling("a", "call_1"), tool("a", "x"), tool("call_1", "y")],
        "duplicate_tool_call_id",
    ),
    tools("renumber_tool_ids", [calling(""), tool("")], [calling("call_1"), tool("call_1")], "missing_tool_call_id"),
    tools(
        "renumber_tool_ids",
        [calling("call_1", "b"), tool("b", "y"), tool("c", "x")],
        [calling("call_1", "b"), tool("b", "y"), tool("call_1", "x")],
        "unknown_tool_call_id",
    ),
    tools("drop_unanswered_calls", [calling("a"), ANSWER], [ANSWER], "unanswered_tool_call"),
    tools("drop_unanswered_calls", [calling("a", "b"), tool("b")], [calling("b"), tool("b")], "unanswered_tool_call"),
    tools("drop_unanswered_calls", [tool("a")], [], "unknown_tool_call_id"),
    tools(
        "drop_unanswered_calls", [calling("a"), tool("a"), tool("a")], [calling("a"), tool("a")], "unknown_tool_call_id"
    ),
    # values
    answer("content_to_text", assistant(5), assistant("5"), "invalid_content"),
    answer("content_to_text", assistant(0.5), assistant("0.5"), "invalid_content"),
    message("content_to_text", user(["Where?"]), user([{"type": "text", "text": "Where?"}]), "invalid_part"),
    Case(
        "fix_flags",
        {**GOOD, "parallel_tool_calls": "True"},
        {**GOOD, "parallel_tool_calls": True},
        "invalid_parallel_tool_calls",
    ),
    Case("fix_flags", {**GOOD, "parallel_tool_calls": None}, GOOD, "invalid_parallel_tool_calls"),
    Case(
        "complete_tools",
        {**GOOD, "tools": [{"function": FIND}]},
        {**GOOD, "tools": [{"function": FIND, "type": "function"}]},
        "invalid_tool",
    ),
    Case("complete_tools", {**GOOD, "tools": [FIND]}, {**GOOD, "tools": TOOLS}, "invalid_tool"),
    tools(
        "complete_tools",
        [{"role": "assistant", "tool_calls": [without(call("a"), "type")]}, tool("a")],
        [{"role": "assistant", "tool_calls": [{**without(call("a"), "type"), "type": "function"}]}, tool("a")],
        "invalid_tool_call",
    ),
    Case("drop_repeated_tools", {**GOOD, "tools": TOOLS * 2}, {**GOOD, "tools": TOOLS}, "duplicate_tool"),
    tools(
        "drop_unknown_keys",
        [{"role": "assistant", "tool_calls": [{**call("a"), "index": 0}]}, tool("a")],
        [calling("a"), tool("a")],
        "invalid_tool_call",
    ),
    message(
        "drop_unknown_keys",
        user([{"type": "text", "text": "a", "cache": 1}]),
        user([{"type": "text", "text": "a"}]),
        "invalid_part",
    ),
    Case("drop_unknown_keys", {**GOOD, "tools": [{**TOOLS[0], "id": 1}]}, {**GOOD, "tools": TOOLS}, "invalid_tool"),
    answer("drop_unknown_keys", {**ANSWER, "tool_call_id": "a"}, ANSWER, "unknown_message_key"),
    # turns
    Case("drop_empty_answers", conversation(ASK, assistant(" ")), None, "empty_content"),
    Case("drop_trailing_turns", conversation(ASK, ANSWER, user("Thanks!")), GOOD, "last_message_not_assistant"),
    Case("drop_examples_without_answer", conversation(ASK), None, "no_assistant_message"),
    Case("drop_weightless", conversation(ASK, assistant("Here.", weight=0)), None, "nothing_trained"),
    Case(
        "move_system_first",
        conversation(ASK, system("Be brief."), ANSWER),
        conversation(system("Be brief."), ASK, ANSWER),
    ),
    Case(
        "merge_consecutive_roles",
        conversation(user("Where"), user("is it?"), ANSWER),
        conversation(user("Where\n\nis it?"), ANSWER),
    ),
    # texts
    message("fix_mojibake", user("CafÃ© â€“ ouvert"), user("Café – ouvert")),
    *(
        message("fix_mojibake", user(before), user(after))
        for before, after in (
            ("He said â€œhelloâ€\x9d, itâ€™s fine", "He said “hello”, it’s fine"),
            ("Voilà: cafÃ© crÃ¨me 日本", "Voilà: café crème 日本"),
            ("cafÃ\x83Â©", "café"),
            ("BIENTÃ”T – où", "BIENTÔT – où"),
            ("ï¬\x81 ÐŸÑ€Ð¸Ð²ÐµÑ‚ naïve ðŸ˜€", "ï¬\x81 Привет naïve 😀"),
        )
    ),
    *(
        message("strip_html", user(before), user(after))
        for before, after in (
            ("<p>AT&amp;T &amp; vector<i> x<br>y", "AT&T & vector<i> x\ny"),
            ("Use &lt;b&gt;x&lt;/b&gt; <b>now</b>", "Use &lt;b&gt;x&lt;/b&gt; now"),
            ("word<b>bold</b> &amp;amp;", "wordbold &amp;amp;"),
            ("```\n<p>\n``` <i>so</i>", "```\n<p>\n``` so"),
        )
    ),
    message("strip_html", user("<p>Is 1 &lt; 2?</p><b>Yes</b> `<br>`"), user("Is 1 < 2?\nYes `<br>`")),
    message("normalise_unicode", user("Cafe\u0301"), user("Café")),
    message("normalise_punctuation", user("“Here”\u00a0（now）"), user('"Here" (now)')),
    message("strip_whitespace", user([{"type": "text", "text": " Here\n"}]), user([{"type": "text", "text": "Here"}])),
    message("mask_personal_data", user("Write to ann@example.com."), user("Write to [EMAIL].")),
    answer("mask_personal_data", {**ANSWER, "refusal": "Ask ann@example.com"}, {**ANSWER, "refusal": "Ask [EMAIL]"}),
    *(
        tools(
            "mask_personal_data",
            [calling("a", arguments=before), tool("a")],
            [calling("a", arguments=after), tool("a")],
            "",
        )
        for before, after in (
            ('{"to":["ann@example.com"],"n":1.50}', '{"to": ["[EMAIL]"], "n": 1.5}'),
            ('{"text": "\\nann@example.com"}', '{"text": "\\n[EMAIL]"}'),
            ('{"call": 13812345678}', '{"call": "[PHONE]"}'),
            ("to: ann@example.com", "to: [EMAIL]"),
        )
    ),
    Case(
        "normalise_unicode",
        conversation(user("ＡＢ１"), ANSWER),
        conversation(user("AB1"), ANSWER),
        "",
        {"form": "NFKC"},
    ),
    Case("add_system_prompt", GOOD, conversation(system("Be brief."), ASK, ANSWER), "", {"text": "Be brief."}),
    Case(
        "unify_system_prompt",
        conversation(system("Be  brief"), ASK, ANSWER),
        conversation(system("Be brief."), ASK, ANSWER),
        "",
        {"text": "Be brief."},
    ),
    Case(
        "fix_labels",
        conversation(ASK, assistant("SPAM")),
        conversation(ASK, assistant("spam")),
        "",
        {"labels": {"SPAM": "spam"}},
    ),
    # length
    Case(
        "trim_to_limit",
        conversation(system("Be brief."), user("one " * 50), ANSWER, ASK, ANSWER),
        conversation(system("Be brief."), ASK, ANSWER),
        "",
        {"most_tokens": 40},
    ),
    Case("drop_over_long", conversation(user("one " * 50), ANSWER), None, "", {"most_tokens": 40}),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.remedy}-{number}" for number, case in enumerate(CASES)])
def test_a_remedy_mends_its_fault_and_nothing_else(case: Case) -> None:
    chosen = Chosen(case.remedy, case.parameters)
    sound = OTHER if case.remedy != "add_system_prompt" else conversation(system("Other."), ASK, ANSWER)
    expected = [sound, case.after] if case.after is not None else [sound]
    mended, done = prepared([sound, case.before], chosen)
    assert repr(mended) == repr(expected)
    assert mended[0] is sound
    record = done.log[case.remedy]
    assert (record.changed, record.dropped) == ((0, 1) if case.after is None else (1, 0))
    assert record.lines == [2]
    again, second = prepared(mended, chosen)
    assert again == mended
    assert second.log[case.remedy].count == 0


@pytest.mark.parametrize("case", [case for case in CASES if case.code], ids=lambda case: f"{case.remedy}-{case.code}")
def test_the_rules_find_the_fault_before_and_not_after(case: Case) -> None:
    assert isinstance(case.before, dict)
    assert case.code in {finding.code for finding in check(case.before)}
    assert case.code in REMEDIES[case.remedy].mends
    if case.after is not None:
        assert case.code not in {finding.code for finding in check(case.after)}


OTHER_SHAPES = [
    (Shape.PREFERENCE, "rename_keys", {"preferred_completion": 1, "input": {}}, {"preferred_output": 1, "input": {}}),
    (
        Shape.PREFERENCE,
        "fix_roles",
        {"input": {"messages": [{"role": "human"}]}},
        {"input": {"messages": [{"role": "user"}]}},
    ),
    (Shape.PREFERENCE, "drop_empty_tools", {"input": {"messages": [], "tools": []}}, {"input": {"messages": []}}),
    (Shape.PREFERENCE, "drop_trailing_turns", {"input": {"messages": [ASK, ANSWER]}}, {"input": {"messages": [ASK]}}),
    (
        Shape.PREFERENCE,
        "drop_undecided_preferences",
        {"input": {}, "preferred_output": [ANSWER], "non_preferred_output": [dict(ANSWER)]},
        None,
    ),
    (
        Shape.PREFERENCE,
        "drop_examples_without_answer",
        {"input": {}, "preferred_output": [], "non_preferred_output": [ANSWER]},
        None,
    ),
    (
        Shape.PREFERENCE,
        "drop_unknown_keys",
        {"input": {"messages": [], "x": 1}, "preferred_output": [], "non_preferred_output": [], "y": 1},
        {"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []},
    ),
    (
        Shape.PREFERENCE,
        "strip_whitespace",
        {"input": {}, "preferred_output": [assistant(" a ")]},
        {"input": {}, "preferred_output": [assistant("a")]},
    ),
    (
        Shape.REINFORCEMENT,
        "fix_roles",
        {"messages": [{"role": "Developer"}, {"role": "human"}], "answer": 1},
        {"messages": [{"role": "developer"}, {"role": "user"}], "answer": 1},
    ),
    (
        Shape.REINFORCEMENT,
        "drop_trailing_turns",
        {"messages": [ASK, ANSWER], "answer": 1},
        {"messages": [ASK], "answer": 1},
    ),
    (
        Shape.REINFORCEMENT,
        "remove_nulls",
        {"messages": [{**ASK, "name": None}], "answer": None},
        {"messages": [ASK], "answer": None},
    ),
    (
        Shape.REINFORCEMENT,
        "mask_personal_data",
        {"messages": [ASK], "answer": {"who": ["ann@example.com", 7]}, "reference": "13812345678"},
        {"messages": [ASK], "answer": {"who": ["[EMAIL]", 7]}, "reference": "[PHONE]"},
    ),
    (Shape.REINFORCEMENT, "drop_empty_messages", {"messages": [ASK, ANSWER, user("")], "answer": 1}, None),
    (
        Shape.PREFERENCE,
        "drop_empty_messages",
        {"input": {"messages": [user(""), ANSWER, ASK]}, "preferred_output": [assistant("")]},
        {"input": {"messages": [ASK]}, "preferred_output": [assistant("")]},
    ),
    (Shape.COMPLETION, "rename_keys", {"Prompt": "a", "COMPLETION": "b"}, {"prompt": "a", "completion": "b"}),
    (
        Shape.COMPLETION,
        "drop_unknown_keys",
        {"prompt": "a", "completion": "b", "id": 1},
        {"prompt": "a", "completion": "b"},
    ),
    (Shape.COMPLETION, "drop_empty_completions", {"prompt": "a", "completion": ""}, None),
    (Shape.COMPLETION, "drop_empty_completions", {"prompt": "a", "completion": None}, None),
    (Shape.COMPLETION, "drop_long_examples", {"prompt": "a" * 9_999, "completion": "bb"}, None),
    (
        Shape.COMPLETION,
        "mask_personal_data",
        {"prompt": "a@b.cd", "completion": "b"},
        {"prompt": "[EMAIL]", "completion": "b"},
    ),
]


@pytest.mark.parametrize(("shape", "remedy", "before", "after"), OTHER_SHAPES)
def test_remedies_know_the_other_shapes(shape: Shape, remedy: str, before: Row, after: Row | None) -> None:
    mended, _ = prepared([before], remedy, shape=shape, lent=UNCHECKED)
    assert mended == ([] if after is None else [after])
    assert prepared(mended, remedy, shape=shape, lent=UNCHECKED)[0] == mended


UNTOUCHED = [
    ("rename_keys", {**GOOD, "Messages": []}),  # the name is in use
    ("drop_unknown_keys", {"instruction": "a", "output": "b"}),  # of another shape: nothing would be left
    ("remove_nulls", conversation(ASK, assistant(None))),  # a null that hides nothing
    ("fix_weights", conversation(ASK, assistant("Here.", weight=0.5))),  # not to be guessed
    ("drop_empty_messages", conversation(ASK, calling("a"), tool("a", ""), ANSWER)),  # tools may be silent
    ("drop_unanswered_calls", conversation(ASK, calling("a"), tools=TOOLS)),  # the call is the answer to learn
    ("renumber_tool_ids", conversation(ASK, calling("a"), tool("b"), tool("c"), ANSWER)),  # more answers than calls
    ("merge_consecutive_roles", conversation(ASK, assistant("a", weight=0), assistant("b", weight=1))),
    ("fix_mojibake", conversation(user("naïve Â"), ANSWER)),
    ("fix_mojibake", conversation(user("“ATÉ AMANHÃ”, disse."), ANSWER)),
    ("fix_mojibake", conversation(user("„CAFÉ“ und É”"), ANSWER)),
    ("strip_html", conversation(user("List<i> y; Map<String, b> z; List<p> x"), ANSWER)),
    ("mask_personal_data", conversation(ASK, {"role": "assistant", "tool_calls": [{"function": {"name": "find"}}]})),
    ("mask_personal_data", conversation(ASK, calling("a", arguments='{"n":1.50,  "a":[true, null]}'))),
    ("strip_html", conversation(user("if a<b and c>d: &x"), ANSWER)),
]


@pytest.mark.parametrize(("remedy", "row"), UNTOUCHED)
def test_what_cannot_be_known_is_left_alone(remedy: str, row: Row) -> None:
    mended, done = prepared([row], remedy)
    assert mended[0] is row
    assert done.log[remedy].count == 0


def test_every_remedy_has_a_test_of_its_own() -> None:
    tested = {case.remedy for case in CASES} | {remedy for _, remedy, _, _ in OTHER_SHAPES}
    of_whole_files = {
        *("drop_duplicates", "drop_near_duplicates", "drop_conflicting", "drop_refusals", "drop_secrets"),
        "drop_flagged",
        *("lower_case_prompts", "lower_case_completions", "add_prompt_suffix", "strip_prompt_prefix"),
        *("strip_completion_prefix", "add_completion_suffix", "add_leading_space", "add_byte_order_mark"),
    }
    assert tested | of_whole_files == REMEDIES.keys()
    assert LENT.lines
