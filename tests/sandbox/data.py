"""Training files made to measure."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

_SYSTEM = "Sort the message. Answer with one of: billing, shipping, account."
_OPENINGS = (
    "Hello,",
    "Please help:",
    "Hi there,",
    "Good morning.",
    "你好，",
    "Since yesterday",
    "Once more:",
    "请问：",
)
_TEXTS = {
    "billing": (
        "my card was charged twice for one invoice",
        "the invoice shows a wrong amount",
        "发票金额不对，多扣款了",
        "a payment I never made",
    ),
    "shipping": (
        "where is my parcel, tracking says nothing",
        "the courier did not deliver",
        "快递一周了还没到货",
        "delivery is late again",
    ),
    "account": (
        "I forgot my password and cannot log in",
        "my login is locked",
        "账号登录不了，收不到验证码",
        "change the email of my profile",
    ),
}


def jsonl(rows: Iterable[Any]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def chat(question: str, answer: str, system: str = _SYSTEM) -> dict[str, Any]:
    messages = [{"role": "system", "content": system}] if system else []
    return {"messages": [*messages, {"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def tickets() -> list[dict[str, Any]]:
    """96 questions of three kinds, every fourth of a kind in Chinese."""
    return [
        chat(f"{opening} {text}", label)
        for opening in _OPENINGS
        for at in range(4)
        for label, texts in _TEXTS.items()
        for text in [texts[at]]
    ]


def small(count: int = 10) -> bytes:
    return jsonl(tickets()[:count])


def measured(token_counts: Sequence[int]) -> bytes:
    """One example per count, billed at exactly so many tokens: nine for its shape, the rest one short word each."""
    return jsonl(chat("a", "b" + " b" * (count - 11), system="") for count in token_counts)
