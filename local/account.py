"""`make up REAL=1`: the real account that this machine's environment names, and the person who answers for its bill."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from local.connections import Connection
from local.wire import Client

OPENAI = "https://api.openai.com/v1"
AZURE_API_VERSION = "2025-04-01-preview"


class NoAccount(Exception):
    """There is no real account to use, or nobody to ask."""


@dataclass(frozen=True)
class Account:
    """An account, and what the organisation may spend on it in a calendar month."""

    connection: Connection
    cap_usd: Decimal


def found_in(environment: Mapping[str, str]) -> Connection:
    """The account that the providers' own variables name."""
    if key := environment.get("OPENAI_API_KEY"):
        names = {"organization": "OPENAI_ORG_ID", "project": "OPENAI_PROJECT_ID"}
        more = {field: environment[name] for field, name in names.items() if environment.get(name)}
        return Connection("openai", "openai", environment.get("OPENAI_BASE_URL") or OPENAI, key, more)
    endpoint, key = environment.get("AZURE_OPENAI_ENDPOINT"), environment.get("AZURE_OPENAI_API_KEY")
    if endpoint and key:
        version = environment.get("OPENAI_API_VERSION") or AZURE_API_VERSION
        return Connection("azure", "azure", endpoint, key, {"api_version": version})
    raise NoAccount("REAL=1 needs OPENAI_API_KEY, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY")


def confirm(connection: Connection) -> Account:
    """Names the account and asks what it may cost. Raises NoAccount when there is no terminal, or no answer."""
    if not sys.stdin.isatty():
        raise NoAccount("REAL=1 asks for a spending cap first, and there is no terminal to ask on")
    print(describe(connection))
    try:
        answer = input("What may it cost in a calendar month, in USD? ")
    except EOFError:
        raise NoAccount("No spending cap was given") from None
    return Account(connection, parse_cap(answer))


def describe(connection: Connection) -> str:
    """Names the account without showing its key."""
    shown = f"{connection.credential[:3]}…{connection.credential[-4:]}"
    rest = "".join(f", {field} {value}" for field, value in connection.more.items())
    return f"This uses a real account: {connection.base_url}, key {shown}{rest}"


def parse_cap(answer: str) -> Decimal:
    try:
        cap = Decimal(answer.strip().removeprefix("$"))
    except InvalidOperation:
        raise NoAccount(f"{answer.strip()!r} is no amount of money") from None
    if not cap.is_finite() or cap <= 0:
        raise NoAccount("A spending cap must be more than nothing")
    return cap


def cap_spending(client: Client, account: Account) -> None:
    """The organisation's own budget is the cap: whatever any team wants to spend is held against it first."""
    client.must("PUT", "/v1/budgets", {"monthly_limit_usd": format(account.cap_usd, "f")})
