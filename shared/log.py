"""Structured logs: one JSON object a line, bound to the request or job that it belongs to, with secrets blotted out."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET = re.compile(r"(tw_|sk-|az-|Bearer\s+|whsec_)[A-Za-z0-9_\-./+=]{6,}")
_SECRET_NAMES = ("authorization", "credential", "secret", "password", "api_key", "token")

# Celery would tell of each sweep twice, every few seconds.
_CHATTY = ("httpx2", "httpcore2", "openai", "kombu", "amqp", "celery.beat", "celery.worker", "celery.app.trace")


def blot(text: str) -> str:
    """The text without anything that looks like a key."""
    return _SECRET.sub(r"\1…", text)


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if any(word in name.lower() for word in _SECRET_NAMES) and not isinstance(value, int | float | None):
            event[name] = "…"
        elif isinstance(value, str):
            event[name] = blot(value)
    return event


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
