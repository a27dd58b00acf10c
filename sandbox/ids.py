"""Identifiers as the providers write them."""

import secrets
import string

from sandbox.wire import Dialect

_ALPHABET = string.ascii_letters + string.digits


def letters(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new(prefix: str, dialect: Dialect) -> str:
    """`file-` or `ftjob-`, then 22 letters on OpenAI and 32 hexadecimal digits on Azure."""
    return f"{prefix}-{secrets.token_hex(16)}" if dialect is Dialect.AZURE else f"{prefix}-{letters(22)}"


def tuned_model(job_id: str, base: str, suffix: str | None, dialect: Dialect) -> str:
    if dialect is Dialect.AZURE:
        name = f"{base}.ft-{job_id.removeprefix('ftjob-')}"
        return f"{name}-{suffix}" if suffix else name
    if dialect is Dialect.COMPATIBLE:
        return f"{base}-{suffix or 'tuned'}-{letters(4)}"
    return f"ft:{base}:sandbox:{suffix or ''}:{letters(8)}"
