"""Structured logs: one JSON object a line, bound to the request or job that it belongs to, with secrets blotted out."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRETS = (
    # Ours and those of the providers and senders that mark theirs. `task-…` is no key.
    (re.compile(r"\b(tw_)[A-Za-z0-9]{20,}"), r"\1…"),
    (re.compile(r"\b(sk-|az-|whsec_)[A-Za-z0-9_\-./+=]{6,}"), r"\1…"),
    (re.compile(r"(?i)\b(bearer\s+|api-key:\s*)[^\s\"',]{6,}"), r"\1…"),
    # Azure's have no mark: 32 hexadecimal digits, or 84 characters of base 64.
    (re.compile(r"\b[0-9A-Fa-f]{32}\b"), "…"),
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{82,88}={0,2}(?![A-Za-z0-9+/=])"), "…"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), r"\1…@"),
    # What signs an address: whoever has it reads what stands there.
    (re.compile(r"(?i)([?&](?:sig|x-amz-signature)=)[^\s&\"']+"), r"\1…"),
)
_SECRET_NAMES = ("authorization", "credential", "secret", "password", "api_key", "token")
_NEVER_SECRET = ("request_id",)
"""A caller's own id may be 32 hexadecimal digits, and is there to be found."""

# Celery would tell of each sweep twice, every few seconds.
_CHATTY = ("httpx2", "httpcore2", "openai", "kombu", "amqp", "celery.beat", "celery.worker", "celery.app.trace")


def blot(text: str) -> str:
    """The text without anything that looks like a key, and without passwords in URLs."""
    for secret, left in _SECRETS:
        text = secret.sub(left, text)
    return text


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        # What begins with an underscore is structlog's own, and not printed.
        if name not in _NEVER_SECRET and not name.startswith("_"):
            event[name] = _blotted(name, value)
    return event


def _blotted(name: str, value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case _ if any(word in name.lower() for word in _SECRET_NAMES):
            return "…"
        case dict():
            return {blot(str(key)): _blotted(str(key), part) for key, part in value.items()}
        case list() | tuple() | set():
            return [_blotted(name, part) for part in value]
        case _:
            return blot(str(value))


def configure(level: str, *, as_json: bool) -> None:
    """Set up this process's logs on standard error; also those of the libraries."""
    shape: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shape, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shape,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel("WARNING")
