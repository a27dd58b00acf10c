"""Azure's resource manager, as far as deployments of one Azure OpenAI resource go. Needs no SDK: three paths, plain JSON.

Every request carries a token that was asked for this manager, and goes to its host only.
"""

import weakref
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from shared.providers.base import Rejected, Throttled, Unavailable
from shared.providers.deploying import DeploymentOrder, ProviderDeployment, ResourceAccess, Standing
from shared.providers.entra.sources import source_of
from shared.providers.lenient import items, mapping, parse_object, text
from shared.providers.outgoing import open_http
from shared.providers.translation import prevented, redact, send_plain

_API_VERSION = "2024-10-01"
_TAG = "tunewright"
_FORMAT, _MODEL_VERSION = "OpenAI", "1"
"""What a tuned model is deployed as; its name says the rest."""
_CONFLICT_SECONDS = 10.0
_STANDINGS = {
    "Succeeded": Standing.READY,
    "Failed": Standing.FAILED,
    "Canceled": Standing.FAILED,
    "Deleting": Standing.GOING,
}


class ArmDeployer:
    """The deployments of one resource."""

    def __init__(self, access: ResourceAccess) -> None:
        root = access.arm_url.rstrip("/")
        self._scope = f"{root}/.default"
        self._tokens = source_of(access.identity)
        names = [quote(one, safe="") for one in (access.subscription_id, access.resource_group, access.account)]
        subscription, group, account = names
        self._account = (
            f"{root}/subscriptions/{subscription}/resourceGroups/{group}"
            f"/providers/Microsoft.CognitiveServices/accounts/{account}"
        )
        self._deployments = f"{self._account}/deployments"
        self._http = open_http(access.timeout_seconds)
        weakref.finalize(self, self._http.close)

    def close(self) -> None:
        self._http.close()

    def location(self, base_url: str) -> str | None:
        """Told as `swedencentral`, and sometimes as `Sweden Central`. A resource answers at several hosts, and names them."""
        found = parse_object(self._ask("GET", self._account))
        shown = mapping(found.get("properties"))
        endpoints = (shown.get("endpoint"), *mapping(shown.get("endpoints")).values())
        host = _host(base_url)
        answers = host is not None and any(_host(one) == host for one in map(text, endpoints) if one)
        told = text(found.get("location"))
        return told.replace(" ", "").lower() if told and answers else None

    def put(self, order: DeploymentOrder) -> ProviderDeployment:
        body = {
            "sku": {"name": order.sku, "capacity": order.capacity},
            "tags": {_TAG: order.tag},
            "properties": {"model": {"format": _FORMAT, "name": order.model, "version": _MODEL_VERSION}},
        }
        return _read(parse_object(self._ask("PUT", self._url(order.name), body)), order.name)

    def find(self, name: str) -> ProviderDeployment | None:
        """A 404 may mean that the resource itself is out of reach, or come from a replica that lags behind. Much hangs on it: a
        deployment is gone when the resource's own list does not have it either.
        """
        try:
            return _read(parse_object(self._ask("GET", self._url(name))), name)
        except Rejected as error:
            if error.status != 404:
                raise
        return self._listed(name)

    def delete(self, name: str) -> None:
        try:
            self._ask("DELETE", self._url(name))
        except Rejected as error:
            if error.status != 404:
                raise

    def _listed(self, name: str) -> ProviderDeployment | None:
        url: str | None = self._deployments
        seen: set[str] = set()
        while url is not None:
            seen.add(url)
            page = parse_object(self._ask("GET", url))
            for one in map(mapping, items(page.get("value"))):
                if (text(one.get("name")) or "").lower() == name.lower():
                    return _read(one, name)
            url = self._following(page, seen)
        return None

    def _following(self, page: Mapping[str, Any], seen: set[str]) -> str | None:
        """The next page, which is read from the same resource or not at all: the token goes nowhere else."""
        following = text(page.get("nextLink"))
        if following is None:
            return None
        if following in seen or not _is_same_place(following, self._deployments):
            raise Unavailable("The resource manager's list leads elsewhere")
        return following

    def _url(self, name: str) -> str:
        return f"{self._deployments}/{quote(name, safe='')}"

    def _ask(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> str:
        """The answer's text, without the token, should it be repeated there."""
        token = self._tokens.token(self._scope)
        request = self._http.build_request(
            method,
            url,
            params=None if "?" in url else {"api-version": _API_VERSION},
            headers={"Authorization": f"Bearer {token}"},
            json=body,
        )
        response = send_plain(self._http, request)
        if 200 <= response.status_code < 300:
            return redact(response.text, token)
        if response.status_code == 401:
            self._tokens.forget(self._scope)
        if response.status_code == 409:
            # Another operation on the account is under way: this one was not begun.
            raise Throttled("The resource is busy with another change", _CONFLICT_SECONDS)
        raise prevented(response, token)


def _is_same_place(url: str, ours: str) -> bool:
    """Names of resources are the same in any case, and the manager does not always write them as it was asked."""
    try:
        parts, own = urlsplit(url), urlsplit(ours)
    except ValueError:
        return False
    to = (parts.scheme, parts.netloc.lower(), unquote(parts.path).lower())
    return to == (own.scheme, own.netloc.lower(), unquote(own.path).lower()) and not parts.fragment


def _read(body: Mapping[str, Any], asked: str) -> ProviderDeployment:
    """Something that answers for another deployment would have us record another's fate."""
    properties = mapping(body.get("properties"))
    name, model = text(body.get("name")), text(mapping(properties.get("model")).get("name"))
    if name is None or name.lower() != asked.lower() or model is None:
        raise Unavailable("The resource manager answered about something else")
    state = text(properties.get("provisioningState")) or "unknown"
    tag = text(mapping(body.get("tags")).get(_TAG))
    return ProviderDeployment(name, model, _STANDINGS.get(state, Standing.MAKING), state, tag)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
