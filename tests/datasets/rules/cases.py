"""Rows with everything that is wrong with them, written down by hand; chats of which the corpus has no case among them."""

from shared.datasets.shapes import Shape
from tests.datasets.files import corpus
from tests.datasets.rules.rows import (
    AT_ARGUMENTS,
    DECLARED,
    FUNCTION_CALL,
    GREY,
    MISFIT,
    PALETTE,
    RGB,
    TWO_CALLS,
    URL,
    Case,
    answer,
    asked,
    calling,
    chat,
    compared,
    completed,
    fitting,
    function,
    graded,
    image,
    inline,
    jpeg,
    old,
    png,
    seen,
    told,
    tool,
    user,
)

CHATS = [
    chat("nobody asks", [{"role": "system", "content": "Label."}, answer()], ("no_user_message", "/messages")),
    chat("two questions in a row", [user(), user(), answer()], ("roles_not_alternating", "/messages/1/role")),
    chat("two answers in a row", [user(), answer(), answer()], ("roles_not_alternating", "/messages/2/role")),
    chat(
        "the system speaks late",
        [user(), {"role": "system", "content": "Label."}, answer()],
        ("system_not_first", "/messages/1/role"),
    ),
    chat("good: nothing to say beside a call", [user(), calling(content="")], tools=[tool()]),
    chat("good: nothing to say beside a refusal", [user(), answer("", refusal="No.")]),
    chat("an empty answer without a call", [user(), answer("")], ("empty_content", "/messages/1/content")),
    chat(
        "a refusal beside a text",
        [user(), answer([{"type": "refusal", "refusal": "No."}, {"type": "text", "text": "But."}])],
        ("refusal_among_parts", "/messages/1/content"),
    ),
    chat(
        "129 tools",
        [user(), answer()],
        ("over_128_tools", "/tools"),
        tools=[{"type": "function", "function": {"name": f"find_{n}"}} for n in range(129)],
    ),
    chat(
        "a function declared twice",
        [user(), answer()],
        ("deprecated_functions", "/functions"),
        ("duplicate_tool", "/functions/1"),
        functions=[{"name": "find"}, {"name": "find"}],
    ),
    chat(
        "two calls where one is allowed",
        [user(), TWO_CALLS],
        ("parallel_calls_not_allowed", "/messages/1/tool_calls"),
        tools=[tool()],
        parallel_tool_calls=False,
    ),
    chat("good: one call where one is allowed", [user(), calling()], tools=[tool()], parallel_tool_calls=False),
    chat(
        "arguments are a list",
        [user(), calling("[1]")],
        ("arguments_not_an_object", AT_ARGUMENTS),
        tools=[tool(DECLARED)],
    ),
    chat("arguments hold NaN", [user(), calling('{"a": NaN}')], ("arguments_not_json", AT_ARGUMENTS), tools=[tool()]),
    chat("good: an endless number", [user(), calling('{"a": %s}' % ("9" * 5_000))], tools=[tool()]),
    fitting("good: everything fits", {"city": "Oslo", "days": None, "flag": 1, "note": None, "stops": [{"at": 1}]}),
    fitting("good: what is not declared is not judged", {"city": "Rome", "days": 2.0, "colour": 7}),
    fitting("a required argument is missing", {}, MISFIT),
    fitting("a value that is not listed", {"city": "Paris"}, MISFIT),
    fitting("a text where a number belongs", {"city": "Oslo", "days": "two"}, MISFIT),
    fitting("a number with a fraction", {"city": "Oslo", "days": 2.5}, MISFIT),
    fitting("true is not one", {"city": "Oslo", "flag": True}, MISFIT),
    fitting("a fault in the depth", {"city": "Oslo", "stops": [{"at": 1}, {}]}, MISFIT),
    fitting("two faults of one call", {"days": []}, MISFIT, MISFIT),
    chat(
        "the old form does not fit",
        [user(), {"role": "assistant", "function_call": {"name": "find", "arguments": "{}"}}],
        ("deprecated_functions", "/functions"),
        ("arguments_do_not_fit", "/messages/1/function_call/arguments"),
        functions=[{"name": "find", "parameters": DECLARED}],
    ),
    old("good: a function gives something back", [user(), FUNCTION_CALL, function(), answer()]),
    old(
        "a function gives nothing back",
        [user(), FUNCTION_CALL, function(None), answer()],
        ("empty_content", "/messages/2/content"),
    ),
    old(
        "a function says nothing", [user(), FUNCTION_CALL, function(...), answer()], ("missing_content", "/messages/2")
    ),
    old("a function that nobody called", [user(), answer(), function(), answer()], ("unasked_function", "/messages/2")),
    old(
        "a function twice called",
        [user(), FUNCTION_CALL, function(), function(), answer()],
        ("unasked_function", "/messages/3"),
    ),
    chat(
        "a part that says nothing",
        [user([{"type": "text", "text": " "}, {"type": "text", "text": "?"}]), answer()],
        ("empty_content", "/messages/0/content/0/text"),
    ),
    seen("good: an RGB PNG", inline("png", png(RGB))),
    seen("good: an RGB JPEG", inline("jpeg", jpeg(3))),
    seen("good: bytes of no known kind", inline("webp", b"RIFF....WEBPVP8 ")),
    seen("a grey PNG", inline("png", png(GREY)), ("image_not_rgb", URL)),
    seen("a PNG with a palette", inline("png", png(PALETTE)), ("image_not_rgb", URL)),
    seen("a JPEG for print", inline("jpeg", jpeg(4)), ("image_not_rgb", URL)),
    seen("a JPEG that says PNG", inline("png", jpeg(3)), ("image_kind_differs", URL)),
    seen("a GIF that says WEBP", inline("webp", b"GIF89a...."), ("image_kind_differs", URL)),
    Case(Shape.CHAT, "chosen and rejected", {"chosen": "a", "rejected": "b"}, (("ranked_row", ""),)),
    Case(Shape.CHAT, "a bare text", {"text": "Once upon a time"}, (("text_row", ""),)),
    Case(Shape.CHAT, "old names of outputs", {"preferred_completion": []}, (("preference_row", ""),)),
    Case(
        Shape.CHAT,
        "a text among other keys",
        {"text": "a", "id": 1},
        (
            ("unknown_key", "/text"),
            ("unknown_key", "/id"),
            ("missing_messages", ""),
        ),
    ),
]

IN = "/input/messages"
OUT = "/preferred_output"
PREFERENCES = [
    compared("good: two answers", {}),
    asked("good: tools", {"messages": [user(), calling(), told()], "tools": [tool()], "parallel_tool_calls": True}),
    asked("no tools", {"tools": []}, ("empty_tools", "/input/tools")),
    asked("tools are a text", {"tools": "find"}, ("invalid_tools", "/input/tools")),
    asked(
        "parallel calls are a text",
        {"parallel_tool_calls": "yes"},
        ("invalid_parallel_tool_calls", "/input/parallel_tool_calls"),
    ),
    asked("an extra key in the input", {"id": 7}, ("unknown_key", "/input/id")),
    asked(
        "a call that nobody answers",
        {"messages": [user(), calling(), user()], "tools": [tool()]},
        ("unanswered_tool_call", IN + "/1/tool_calls/0"),
    ),
    asked("the input has been answered", {"messages": [user(), answer()]}, ("input_ends_with_assistant", IN + "/1")),
    asked("messages are empty", {"messages": []}, ("messages_empty", IN)),
    asked("messages are a text", {"messages": "Where?"}, ("messages_not_a_list", IN)),
    asked("a message of nobody", {"messages": [{"content": "Where?"}]}, ("missing_role", IN + "/0")),
    asked(
        "a developer asks",
        {"messages": [{"role": "developer", "content": "Label."}, user()]},
        ("developer_role", IN + "/0/role"),
    ),
    asked("an image", {"messages": [user([inline("png", png(RGB))])]}, ("image_in_preference", IN + "/0/content/0")),
    asked("nobody asks", {"messages": [{"role": "system", "content": "Label."}]}, ("no_user_message", IN)),
    compared("no input", {"input": ...}, ("missing_input", "")),
    compared("the input is a list", {"input": [user()]}, ("input_not_an_object", "/input")),
    compared("no messages in the input", {"input": {}}, ("missing_messages", "/input")),
    compared("an extra key", {"id": 7}, ("unknown_key", "/id")),
    compared("no better answer", {"preferred_output": ...}, ("missing_preferred_output", "")),
    compared("no worse answer", {"non_preferred_output": ...}, ("missing_non_preferred_output", "")),
    compared(
        "an output by its old name",
        {"preferred_output": ..., "preferred_completion": [answer()]},
        ("old_output_name", "/preferred_completion"),
    ),
    compared("both names at once", {"preferred_completion": [answer()]}, ("unknown_key", "/preferred_completion")),
    compared("an output is a text", {"preferred_output": "shipping"}, ("output_not_a_list", OUT)),
    compared("an output is empty", {"preferred_output": []}, ("output_empty", OUT)),
    compared("an output is the user's", {"preferred_output": [user()]}, ("output_not_from_assistant", OUT + "/0/role")),
    compared("an output is a tool's", {"preferred_output": [told()]}, ("output_not_from_assistant", OUT + "/0/role")),
    compared("an output of nobody", {"preferred_output": [{"content": "shipping"}]}, ("missing_role", OUT + "/0")),
    compared("an output says nothing", {"preferred_output": [answer("")]}, ("empty_content", OUT + "/0/content")),
    compared(
        "an output shows an image",
        {"preferred_output": [answer([inline("png", png(RGB))])]},
        ("image_not_from_user", OUT + "/0/content/0"),
    ),
    compared(
        "an output calls what nobody declared",
        {"preferred_output": [calling()]},
        ("undeclared_tool", OUT + "/0/tool_calls/0/function/name"),
    ),
    compared(
        "an output of two messages", {"preferred_output": [answer(), answer()]}, ("output_of_several_messages", OUT)
    ),
    compared(
        "an output with a call and its answer",
        {"input": {"messages": [user()], "tools": [tool()]}, "preferred_output": [calling(), told(), answer()]},
        ("output_of_several_messages", OUT),
    ),
    compared(
        "a call within an output that nobody answers",
        {"input": {"messages": [user()], "tools": [tool()]}, "preferred_output": [calling(), answer()]},
        ("output_of_several_messages", OUT),
        ("unanswered_tool_call", OUT + "/0/tool_calls/0"),
    ),
    compared(
        "an output calls with what does not fit, twice at once",
        {
            "input": {"messages": [user()], "tools": [tool(DECLARED)], "parallel_tool_calls": False},
            "preferred_output": [TWO_CALLS],
        },
        ("parallel_calls_not_allowed", OUT + "/0/tool_calls"),
        ("arguments_do_not_fit", OUT + "/0/tool_calls/0/function/arguments"),
        ("arguments_do_not_fit", OUT + "/0/tool_calls/1/function/arguments"),
    ),
    compared(
        "the tool has the last word",
        {"input": {"messages": [user()], "tools": [tool()]}, "preferred_output": [calling(), told()]},
        ("output_of_several_messages", OUT),
        ("last_message_not_assistant", OUT + "/1"),
    ),
    compared(
        "a user within an output",
        {"preferred_output": [user(), answer()]},
        ("output_not_from_assistant", OUT + "/0/role"),
    ),
    compared(
        "an output is weighed", {"preferred_output": [answer(weight=1)]}, ("weight_without_effect", OUT + "/0/weight")
    ),
    compared(
        "an output is weighed by half",
        {"preferred_output": [answer(weight=0.5)]},
        ("invalid_weight", OUT + "/0/weight"),
    ),
    compared("the same answers", {"non_preferred_output": [answer()]}, ("identical_outputs", "")),
    compared(
        "answers that differ in nothing said", {"non_preferred_output": [answer(name="me")]}, ("identical_outputs", "")
    ),
    compared(
        "the same answer in parts",
        {"non_preferred_output": [answer([{"type": "text", "text": "ship"}, {"type": "text", "text": "ping"}])]},
        ("identical_outputs", ""),
    ),
    compared(
        "the same answer beside null",
        {"non_preferred_output": [answer(refusal=None)]},
        ("identical_outputs", ""),
        ("null_value", "/non_preferred_output/0/refusal"),
    ),
    Case(Shape.PREFERENCE, "a chat", {"messages": [user(), answer()]}, (("chat_row", ""),)),
    Case(
        Shape.PREFERENCE,
        "a question with its answer's key",
        {"messages": [user()], "answer": 1},
        (("reinforcement_row", ""),),
    ),
    Case(Shape.PREFERENCE, "a completion", {"prompt": "a", "completion": "b"}, (("completion_row", ""),)),
    Case(
        Shape.PREFERENCE, "chosen and rejected", {"prompt": "a", "chosen": "b", "rejected": "c"}, (("ranked_row", ""),)
    ),
]

GRADED = [
    graded("good: an answer to compare with", {}),
    graded("good: any keys", {"functions": 7, "parallel_tool_calls": "x", "difficulty": "easy"}),
    graded("good: a developer instructs", {"messages": [{"role": "developer", "content": "Count."}, user()]}),
    graded("nothing to grade by", {"answer": ...}, ("no_reference", "")),
    graded("the assistant speaks last", {"messages": [user(), answer()]}, ("last_message_not_user", "/messages/1")),
    graded(
        "a tool speaks last",
        {"messages": [user(), calling(), told()], "tools": [tool()]},
        ("last_message_not_user", "/messages/2"),
    ),
    graded("messages are empty", {"messages": []}, ("messages_empty", "/messages")),
    graded("messages are a text", {"messages": "12*12?"}, ("messages_not_a_list", "/messages")),
    graded("no messages", {"messages": ...}, ("missing_messages", "")),
    graded("tools are empty", {"tools": []}, ("invalid_tools", "/tools")),
    graded(
        "an answer on the way is weighed",
        {"messages": [user(), answer(weight=0), user()]},
        ("weight_without_effect", "/messages/1/weight"),
    ),
    graded(
        "a call that nobody answers",
        {"messages": [user(), calling(), user()], "tools": [tool()]},
        ("unanswered_tool_call", "/messages/1/tool_calls/0"),
    ),
    graded("eleven images", {"messages": [user([inline("png", png(RGB))] * 11)]}, ("over_10_images", "/messages")),
    graded(
        "an image from the web", {"messages": [user([image("https://example.com/a.png")])]}, ("image_not_inline", URL)
    ),
    Case(Shape.REINFORCEMENT, "a chat", {"messages": [user(), answer()]}, (("chat_row", ""),)),
    Case(Shape.REINFORCEMENT, "a preference", {"input": {}, "preferred_output": []}, (("preference_row", ""),)),
    Case(Shape.REINFORCEMENT, "a completion", {"prompt": "a", "completion": "b"}, (("completion_row", ""),)),
    Case(Shape.REINFORCEMENT, "an instruction", {"instruction": "a", "output": "b"}, (("instruction_row", ""),)),
]

COMPLETIONS = [
    completed("good: a prompt and what follows", {"prompt": "Charged twice ->", "completion": " billing\n"}),
    completed("good: nothing before", {"prompt": "", "completion": " billing\n"}),
    completed("no prompt", {"completion": " billing"}, ("missing_prompt", "")),
    completed("no completion", {"prompt": "Charged twice ->"}, ("missing_completion", "")),
    completed("the prompt is a list", {"prompt": ["a"], "completion": "b"}, ("prompt_not_text", "/prompt")),
    completed("the completion is a number", {"prompt": "a", "completion": 7}, ("completion_not_text", "/completion")),
    completed("the completion is blank", {"prompt": "a", "completion": " \n"}, ("empty_completion", "/completion")),
    completed("an extra key", {"prompt": "a", "completion": "b", "id": 7}, ("unknown_key", "/id")),
    completed("a chat", {"messages": [user(), answer()]}, ("chat_row", "")),
    completed("a question with its answer's key", {"messages": [user()], "answer": 1}, ("reinforcement_row", "")),
    completed("a preference", {"input": {}, "non_preferred_output": []}, ("preference_row", "")),
    completed("a conversation", {"conversations": []}, ("sharegpt_row", "")),
]

OF_CORPUS = [
    Case(Shape.CHAT, f"corpus: {one['name']}", one["row"], tuple((code, where) for code, where in one["findings"]))
    for one in corpus("chat")
]

CASES = [*OF_CORPUS, *CHATS, *PREFERENCES, *GRADED, *COMPLETIONS]
