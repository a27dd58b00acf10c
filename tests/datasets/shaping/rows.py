"""Rows as other makers of datasets write them, with the examples that they mean; written by hand."""

from typing import Any

from shared.datasets.shaping.plan import Style

Row = dict[str, Any]

ASK, SAY = {"role": "user", "content": "Where is my parcel?"}, {"role": "assistant", "content": "shipping"}
SYSTEM = {"role": "system", "content": "Label the ticket."}
WORSE = {"role": "assistant", "content": "billing"}
PLAIN: Row = {"messages": [ASK, SAY]}
WITH_SYSTEM: Row = {"messages": [SYSTEM, ASK, SAY]}
PREFERENCE: Row = {"input": {"messages": [ASK]}, "preferred_output": [SAY], "non_preferred_output": [WORSE]}
TOOL: Row = {"name": "find", "description": "Find a parcel", "parameters": {"type": "object", "properties": {}}}
CALL: Row = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}
OBJECT_CALL: Row = CALL | {"function": {"name": "find", "arguments": {"id": 7}}}
WITH_TOOLS: Row = {
    "messages": [
        ASK,
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "in Oslo"},
        SAY,
    ],
    "tools": [{"type": "function", "function": TOOL}],
}
HUMAN, GPT = {"from": "human", "value": "Where is my parcel?"}, {"from": "gpt", "value": "shipping"}
TRANSCRIPT = "\n\nHuman: Where is my parcel?\n\nAssistant: "

MEANT: list[tuple[Style, Row, Row]] = [
    (Style.CHAT, PLAIN, PLAIN),
    (Style.PREFERENCE, PREFERENCE, PREFERENCE),
    (Style.REINFORCEMENT, {"messages": [ASK], "label": "x"}, {"messages": [ASK], "label": "x"}),
    (Style.COMPLETION, {"prompt": "a ->", "completion": " b"}, {"prompt": "a ->", "completion": " b"}),
    (Style.SHAREGPT, {"conversations": [HUMAN, GPT], "system": SYSTEM["content"]}, WITH_SYSTEM),
    (Style.SHAREGPT, {"conversations": [{"from": "system", "value": SYSTEM["content"]}, HUMAN, GPT]}, WITH_SYSTEM),
    (Style.SHAREGPT, {"conversations": [ASK, SAY]}, PLAIN),
    (Style.SHAREGPT, {"conversation": [ASK, SAY], "id": 3}, PLAIN),
    (
        Style.SHAREGPT,
        {
            "conversations": [
                HUMAN,
                {"from": "function_call", "value": '{"name": "find", "arguments": {"id": 7}}'},
                {"from": "observation", "value": "in Oslo"},
                GPT,
            ],
            "tools": '[{"name": "find", "description": "Find a parcel", "parameters": '
            '{"type": "object", "properties": {}}}]',
        },
        WITH_TOOLS,
    ),
    (
        Style.SHAREGPT_PREFERENCE,
        {"conversations": [HUMAN], "chosen": GPT, "rejected": {"from": "gpt", "value": "billing"}},
        PREFERENCE,
    ),
    (Style.SHAREGPT_PREFERENCE, {"conversations": [HUMAN], "chosen": "shipping", "rejected": "billing"}, PREFERENCE),
    (Style.ALPACA, {"instruction": ASK["content"], "input": "", "output": "shipping"}, PLAIN),
    (
        Style.ALPACA,
        {"instruction": "Label it.", "input": "No parcel", "output": "shipping", "system": "Be brief."},
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Label it.\nNo parcel"},
                SAY,
            ]
        },
    ),
    (
        Style.ALPACA,
        {"instruction": ASK["content"], "output": "shipping", "history": [["Hello", "Hi!"]]},
        {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi!"}, ASK, SAY]},
    ),
    (
        Style.ALPACA,
        {"instruction": ASK["content"], "context": None, "response": "shipping", "category": "open_qa"},
        PLAIN,
    ),
    (Style.ALPACA_PREFERENCE, {"prompt": ASK["content"], "chosen": "shipping", "rejected": "billing"}, PREFERENCE),
    (
        Style.ALPACA_PREFERENCE,
        {"instruction": "Where is", "input": "my parcel?", "chosen": "shipping", "rejected": "billing"},
        PREFERENCE | {"input": {"messages": [{"role": "user", "content": "Where is\nmy parcel?"}]}},
    ),
    (Style.TRANSCRIPT, {"text": f"{TRANSCRIPT}shipping"}, PLAIN),
    (Style.TRANSCRIPT, {"text": f"Label the ticket.{TRANSCRIPT}shipping\n"}, WITH_SYSTEM),
    (Style.TRANSCRIPT, {"text": f"Label the ticket.{TRANSCRIPT.replace('Human', 'User')}shipping\n"}, WITH_SYSTEM),
    (Style.TRANSCRIPT, {"prompt": TRANSCRIPT.rstrip(), "completion": " shipping"}, PLAIN),
    (
        Style.TRANSCRIPT_PREFERENCE,
        {"chosen": f"{TRANSCRIPT}shipping", "rejected": f"{TRANSCRIPT}billing"},
        PREFERENCE,
    ),
    (Style.MESSAGES, {"system": SYSTEM["content"], "messages": [ASK, SAY]}, WITH_SYSTEM),
    (Style.MESSAGES, {"system": [{"type": "text", "text": SYSTEM["content"]}], "messages": [ASK, SAY]}, WITH_SYSTEM),
    (
        Style.MESSAGES,
        {
            "messages": [
                ASK,
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "hm"},
                        {"type": "tool_use", "id": "call_1", "name": "find", "input": {"id": 7}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "call_1",
                            "content": [{"type": "text", "text": "in Oslo"}],
                        }
                    ],
                },
                {"role": "assistant", "content": [{"type": "text", "text": "shipping"}]},
            ],
            "tools": [{"name": "find", "description": "Find a parcel", "input_schema": TOOL["parameters"]}],
        },
        WITH_TOOLS,
    ),
    (
        Style.MESSAGES,
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
                        {"type": "text", "text": "What is it?"},
                    ],
                },
                SAY,
            ]
        },
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                        {"type": "text", "text": "What is it?"},
                    ],
                },
                SAY,
            ]
        },
    ),
    (
        Style.MESSAGES,
        {
            "messages": [
                ASK,
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [OBJECT_CALL],
                },
                *WITH_TOOLS["messages"][2:],
            ],
            "tools": WITH_TOOLS["tools"],
        },
        WITH_TOOLS,
    ),
    (Style.MESSAGES, {"messages": [ASK | {"name": None}, SAY | {"name": None}]}, PLAIN),
    (Style.MESSAGES_PAIR, {"prompt": [SYSTEM, ASK], "completion": [SAY]}, WITH_SYSTEM),
    (Style.MESSAGES_PREFERENCE, {"prompt": [ASK], "chosen": [SAY], "rejected": [WORSE]}, PREFERENCE),
    (Style.MESSAGES_PREFERENCE, {"messages": [ASK], "chosen": SAY, "rejected": WORSE}, PREFERENCE),
    (
        Style.MESSAGES_PREFERENCE,
        {"prompt": ASK["content"], "chosen": [ASK, SAY], "rejected": [ASK, WORSE], "score_chosen": 9.0},
        PREFERENCE,
    ),
    (
        Style.STORED_COMPLETION,
        {
            "id": "chatcmpl-1",
            "request": {"model": "gpt-4o", "messages": [SYSTEM, ASK]},
            "response": {"choices": [{"finish_reason": "stop", "message": SAY | {"refusal": None, "annotations": []}}]},
            "metadata": {"team": "support"},
        },
        WITH_SYSTEM,
    ),
    (Style.STORED_COMPLETION, {"messages": [ASK], "choices": [{"message": SAY}]}, PLAIN),
    (Style.STORED_COMPLETION, {"messages": [ASK], "output": "shipping", "metadata": {}}, PLAIN),
    (
        Style.STORED_COMPLETION,
        {
            "input": [SYSTEM, ASK],
            "output": [
                {"type": "reasoning", "summary": []},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "shipping"}]},
            ],
        },
        WITH_SYSTEM,
    ),
    (Style.ANSWERS, {"conversation": [ASK["content"], "shipping"]}, PLAIN),
    (Style.TABLE, {"question": ASK["content"], "answer": "shipping"}, PLAIN),
    (Style.TABLE, {"Frage": 1, "prompt": "a", "completion": "b"}, {"prompt": "a", "completion": "b"}),
    (
        Style.TABLE,
        {"messages": '[{"role": "user", "content": "Hi"}]'},
        {"messages": [{"role": "user", "content": "Hi"}]},
    ),
    (Style.TEXT, {"text": "Once upon a time."}, {"prompt": "", "completion": "Once upon a time."}),
]
"""Style, row, example."""

FAULTY: list[tuple[Style, Row, list[tuple[str, str]]]] = [
    (Style.SHAREGPT, {"conversations": "Hi"}, [("not_a_list_of_turns", "/conversations")]),
    (Style.SHAREGPT, {"conversations": [3, GPT]}, [("not_a_list_of_turns", "/conversations/0")]),
    (
        Style.SHAREGPT,
        {"conversations": [HUMAN | {"from": "narrator"}, {"value": "x"}]},
        [("unknown_speaker", "/conversations/0"), ("unknown_speaker", "/conversations/1")],
    ),
    (
        Style.SHAREGPT,
        {"conversations": [HUMAN, {"from": "function_call", "value": "find(7)"}], "tools": "find"},
        [("tool_text_not_json", "/conversations/1"), ("tool_text_not_json", "/tools")],
    ),
    (
        Style.SHAREGPT,
        {"conversations": [HUMAN, {"from": "observation", "value": "in Oslo"}, GPT]},
        [("unmatched_tool_answer", "/conversations/1")],
    ),
    (
        Style.SHAREGPT,
        {"conversations": [HUMAN | {"value": "<image>What?"}, GPT], "images": ["photos/1.png"]},
        [("part_not_carried", "/images/0")],
    ),
    (
        Style.SHAREGPT,
        {"conversations": [HUMAN, GPT], "images": ["https://example.com/1.png"]},
        [("part_not_carried", "/images")],
    ),
    (Style.ALPACA, {"instruction": "a", "output": ["b"]}, [("not_a_text", "/output")]),
    (Style.ALPACA, {"instruction": "a", "output": "b", "history": "c"}, [("not_a_list_of_turns", "/history")]),
    (Style.ALPACA, {"instruction": "a", "output": "b", "history": [["c"]]}, [("not_a_list_of_turns", "/history/0")]),
    (Style.TRANSCRIPT, {"text": "Once upon a time."}, [("not_a_transcript", "/text")]),
    (Style.TRANSCRIPT, {"text": "Customer: Hi\n\nAssistant: Hello"}, [("unknown_speaker", "/text")]),
    (
        Style.TRANSCRIPT_PREFERENCE,
        {"chosen": f"{TRANSCRIPT}shipping", "rejected": "\n\nHuman: Other?\n\nAssistant: billing"},
        [("transcripts_part_early", "/rejected")],
    ),
    (
        Style.TRANSCRIPT_PREFERENCE,
        {"chosen": "\n\nHuman: Hi", "rejected": "\n\nHuman: Ho"},
        [("no_answer", "/chosen"), ("no_answer", "/rejected")],
    ),
    (
        Style.MESSAGES,
        {"messages": [{"role": "user", "content": [{"type": "document", "source": {}}]}, SAY]},
        [("part_not_carried", "/messages/0/content/0")],
    ),
    (Style.MESSAGES, {"system": 3, "messages": [ASK, SAY]}, [("not_a_text", "/system")]),
    (Style.MESSAGES, {"system": "x", "messages": {}}, [("not_a_list_of_turns", "/messages")]),
    (Style.STORED_COMPLETION, {"messages": [ASK], "choices": []}, [("no_answer", "/choices")]),
    (Style.ANSWERS, {"conversation": ["Hi"]}, [("no_answer", "/conversation")]),
    (Style.ANSWERS, {"conversation": 3}, [("not_a_list_of_turns", "/conversation")]),
]
"""Style, row, and the code and pointer of each error in it."""

DOUBTFUL: list[tuple[Style, Row, list[tuple[str, str]]]] = [
    (Style.ALPACA, {"instruction": "a", "output": None}, [("empty_cell", "/output")]),
    (Style.ALPACA, {"instruction": " ", "input": "", "output": "b"}, [("empty_cell", "/instruction")]),
    (Style.TEXT, {"text": ""}, [("empty_cell", "/text")]),
    (
        Style.MESSAGES,
        {"messages": [ASK, SAY | {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "x"}]}]},
        [("thoughts_left_out", "/messages/1/content/0")],
    ),
    (
        Style.STORED_COMPLETION,
        {"messages": [ASK], "choices": [{"message": SAY, "finish_reason": "length"}, {"message": WORSE}]},
        [("choices_left_out", ""), ("answer_cut_off", "")],
    ),
]
"""Style, row, and what is found in it although it gives an example."""
