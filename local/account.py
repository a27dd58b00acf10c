"""`make up REAL=1`: the real account that this machine's environment names, and the person who answers for its bill."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from local import connections, installation
from local.connections import Connection
from local.data_folder import DataFolder
from local.wire import Client

OPENAI = "https://api.openai.com/v1"
AZURE_API_VERSION = "2025-04-01-preview"
# They choose who pays for a key that may act for several. A connection cannot hold them, and must not ignore them.
NOT_CARRIED = ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID")


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
        _refuse_not_carried(environment)
        return Connection("openai", "openai", environment.get("OPENAI_BASE_URL") or OPENAI, key)
    endpoint, key = environment.get("AZURE_OPENAI_ENDPOINT"), environment.get("AZURE_OPENAI_API_KEY")
    if endpoint and key:
        version = environment.get("OPENAI_API_VERSION") or AZURE_API_VERSION
        return Connection("azure", "azure", endpoint, key, {"api_version": version})
    raise NoAccount("REAL=1 needs OPENAI_API_KEY, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY")


def _refuse_not_carried(environment: Mapping[str, str]) -> None:
    if told := [name for name in NOT_CARRIED if environment.get(name)]:
        raise NoAccount(
            f"{' and '.join(told)} cannot be passed on to the account yet, and the bill could go elsewhere without: "
            "unset it, and use a key that was made in the project that is to pay"
        )


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


def check_wanted(folder: DataFolder, *, is_real: bool) -> None:
    """Raises NoAccount for a folder that has seen a real account when nobody said REAL=1: its jobs may still run there."""
    if installation.recall(folder).has_real_account and not is_real:
        raise NoAccount(
            f"The service in {folder.path} was given a real account. REAL=1 starts it again; "
            "another DATA= starts one that knows the stand-in only"
        )


def connect(client: Client, account: Account, folder: DataFolder) -> None:
    """The cap first, then the connection. From now on the folder is started with REAL=1 only."""
    cap_spending(client, account)
    installation.keep(folder, replace(installation.recall(folder), has_real_account=True))
    connections.renew(client, account.connection)


def cap_spending(client: Client, account: Account) -> None:
    """The organisation's own budget is the cap: whatever any team wants to spend is held against it first."""
    client.must("PUT", "/v1/budgets", {"monthly_limit_usd": format(account.cap_usd, "f")})
