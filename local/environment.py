"""Which environment variables a program gets. What is not known to be harmless stays outside.

A provider's client reads keys, organisations, addresses and proxies from the environment. None of that may decide where a
job goes and who pays for it, so the programs are given a list of what is allowed and not a list of what is forbidden.
"""

import os
from collections.abc import Mapping, MutableMapping

ALLOWED = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE",
    # What a developer sets to find faults, or to shift the clock.
    "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONDEVMODE", "PYTHONWARNINGS", "PYTHONFAULTHANDLER",
    "LD_LIBRARY_PATH", "LD_PRELOAD",
})  # fmt: skip
ALLOWED_PREFIXES = ("TUNEWRIGHT_", "FAKETIME", "COVERAGE_")
# One program's business, which is given it by name.
NOT_FOR_ALL = frozenset({
    "TUNEWRIGHT_BOOTSTRAP_KEY", "TUNEWRIGHT_APP_PASSWORD", "TUNEWRIGHT_WORKER_PASSWORD", "TUNEWRIGHT_SECRET_KEY",
    "TUNEWRIGHT_SECRET_KEY_FILE",
})  # fmt: skip
PROVIDER_PREFIXES = ("OPENAI_", "AZURE_", "AWS_")
PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})


def inherited() -> dict[str, str]:
    """What every program of the service may know of the environment we were started in."""
    return {name: value for name, value in os.environ.items() if _is_allowed(name)} | {"PYTHONUNBUFFERED": "1"}


def for_server() -> dict[str, str]:
    """What the embedded servers get, whose sorting, texts and times must not depend on the machine."""
    shown = {"PATH", "TMPDIR", "LD_LIBRARY_PATH", "LD_PRELOAD"}
    kept = {name: value for name, value in inherited().items() if name in shown or name.startswith("FAKETIME")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def for_service(own: Mapping[str, str]) -> dict[str, str]:
    """What the API, the worker and the migrations get: what is inherited, logs for people, and then their own."""
    return {"TUNEWRIGHT_LOG_JSON": "false"} | inherited() | dict(own)


def forget_providers(environment: MutableMapping[str, str]) -> None:
    """Removes whatever would lead a provider's client somewhere, or let it pay."""
    for name in list(environment):
        if name.startswith(PROVIDER_PREFIXES) or name.lower() in PROXIES:
            del environment[name]


def _is_allowed(name: str) -> bool:
    return name not in NOT_FOR_ALL and (name in ALLOWED or name.startswith(ALLOWED_PREFIXES))
