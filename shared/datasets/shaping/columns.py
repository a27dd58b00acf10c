"""Guesses the mapping of a table from the names of its columns, where one guess only is sensible.

A wrong guess would train a model on the wrong column, so two candidates are as good as none.
"""

import re
from collections.abc import Iterable, Sequence

from shared.datasets.shaping.mapping import BESIDE_MESSAGES, Mapping, parse_mapping

# Each group is in order of preference; the first member that is there stands for the group.
QUESTIONS = (
    "question",
    "query",
    "prompt",
    "instruction",
    "user",
    "human",
    "问题",
    "提问",
    "问",
    "指令",
    "提示",
    "提示词",
    "输入",
)
ANSWERS = (
    "answer",
    "response",
    "reply",
    "completion",
    "output",
    "assistant",
    "gpt",
    "答案",
    "回答",
    "回复",
    "答",
    "输出",
)
TEXTS = (
    "input",
    "text",
    "sentence",
    "message",
    "utterance",
    "content",
    "review",
    "comment",
    "ticket",
    "文本",
    "内容",
    "句子",
)
LABELS = ("label", "category", "intent", "class", "target", "sentiment", "topic", "标签", "类别", "分类", "意图")
TITLES = ("title", "subject", "headline", "summary", "标题", "主题")
BODIES = ("body", "text", "description", "content", "message", "正文", "内容", "描述")
SYSTEMS = ("system", "system_prompt", "system_message", "系统", "系统提示")
# What a question is about, or what there is to choose from: an answer to the question alone would be made up.
_CONTEXT = re.compile(
    r"(?:context|passage|paragraph|document|background|evidence|knowledge|history|choice|option)s?(?:_?[0-9a-e])?"
    r"|上下文|背景|材料|文章|历史|选项[a-e]?"
)
REFERENCES = ("reference_answer", "ground_truth", "reference", "参考答案", "标准答案")
PREFERENCES = (("chosen", "rejected"), ("preferred", "non_preferred"), ("better", "worse"))

# These belong together whatever else is there.
PLAIN_PAIRS = (
    *(("user", "assistant"), ("question", "answer"), ("instruction", "output"), ("instruction", "response")),
    *(("prompt", "response"), ("query", "response"), ("query", "answer"), ("input", "output"), ("human", "assistant")),
    *(("问题", "答案"), ("问题", "回答"), ("问", "答"), ("输入", "输出"), ("指令", "输出")),
)
JSON_FORMS = (
    ("input", "preferred_output", "non_preferred_output"),
    ("messages", "reference"),
    ("messages",),
)


def guess_mapping(columns: Sequence[str]) -> Mapping | None:
    """The mapping that the names of columns speak for; None when they do not, or for more than one."""
    named = {_plain(column): column for column in reversed(columns)}
    given = _json(named)
    if not given and not columns_of_context(columns):
        given = _preference(named) or _completion(named) or _chat(named) or _reinforcement(named)
    mapping = parse_mapping(given, columns) if given else None
    return mapping if isinstance(mapping, Mapping) else None


def columns_of_context(columns: Sequence[str]) -> list[str]:
    """The columns that belong to the question in a way that only their owner knows: beside them nothing is guessed."""
    plain = {column: _plain(column) for column in columns}
    choices = {"a", "b", "c"} if {"a", "b", "c"} <= set(plain.values()) else set()
    # A summary may be the title of a ticket; of a text it is more likely the answer.
    summaries = {"summary"} if {"text", "content"} & set(plain.values()) else set()
    return [column for column, name in plain.items() if name in choices | summaries or _CONTEXT.fullmatch(name)]


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


Named = dict[str, str]
"""The columns by their names in lower case."""

Given = dict[str, object]


def _json(named: Named) -> Given | None:
    for form in JSON_FORMS:
        if all(part in named for part in form):
            fitting = BESIDE_MESSAGES if form == ("messages",) else ("tools",) if "messages" in form else ()
            further = [part for part in fitting if part in named]
            return {part: named[part] for part in (*form, *further)}
    return None


def _preference(named: Named) -> Given | None:
    asked = _asked(named)
    for preferred, other in PREFERENCES:
        if asked and preferred in named and other in named:
            pair: Given = {"user": asked, "preferred": named[preferred], "non_preferred": named[other]}
            return pair | _system(named)
    return None


def _completion(named: Named) -> Given | None:
    if "prompt" in named and "completion" in named:
        return {"prompt": named["prompt"], "completion": named["completion"]}
    return None


def _chat(named: Named) -> Given | None:
    for question, answer in PLAIN_PAIRS:
        if question in named and answer in named:
            return {"user": named[question], "assistant": named[answer]} | _system(named)
    asked, answered = _asked(named), _only(named, (*ANSWERS, *LABELS))
    return {"user": asked, "assistant": answered} | _system(named) if asked and answered else None


def _reinforcement(named: Named) -> Given | None:
    asked, reference = _asked(named), _only(named, REFERENCES)
    if not asked or not reference:
        return None
    return {"user": asked, "reference": {_plain(reference): reference}} | _system(named)


def _asked(named: Named) -> str | None:
    title, body = _first(named, TITLES), _first(named, BODIES)
    if title and body and not _first(named, QUESTIONS):
        return f"{_braced(title)}\n{_braced(body)}"
    return _only(named, (*QUESTIONS, *TEXTS))


def _braced(column: str) -> str:
    return "{" + column + "}"


def _system(named: Named) -> Given:
    system = _first(named, SYSTEMS)
    return {"system": system} if system else {}


def _first(named: Named, wished: Iterable[str]) -> str | None:
    return next((named[name] for name in wished if name in named), None)


def _only(named: Named, wished: Iterable[str]) -> str | None:
    there = [named[name] for name in wished if name in named]
    return there[0] if len(there) == 1 else None
