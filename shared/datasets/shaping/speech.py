"""What a message says in words, where it says nothing else."""

from shared.datasets.shaping.shaped import Message


def spoken(message: Message) -> str | None:
    """The text of a message; None when it has images or calls tools, or says nothing at all."""
    if message.get("tool_calls") or message.get("function_call"):
        return None
    return text_in(message.get("content", message.get("refusal")))


def text_in(content: object) -> str | None:
    """The text of content, its parts joined; None when it is no text or holds parts that are none."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
    said = [text for text in texts if isinstance(text, str)]
    return "".join(said) if said and len(said) == len(content) else None
