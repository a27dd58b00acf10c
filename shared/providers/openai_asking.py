"""How an account that speaks OpenAI's protocol is asked: once, read from the raw body, page by page.

What is asked stands in `openai`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import httpx2
from openai import OpenAI

from shared.providers.answers import Page, read_page
from shared.providers.base import Access, Rejected, Unavailable
from shared.providers.lenient import parse_object, text
from shared.providers.translation import Raw, ask, redact


class Asking:
    """A client of one account, and the ways to ask by it."""

    _access: Access
    _client: OpenAI

    def _ask(self, send: Callable[..., Raw], *given: Any, **named: Any) -> httpx2.Response:
        about = [one for one in (*given, named.get("model")) if isinstance(one, str)]
        return ask(self._access.credential, partial(send, *given, **named), about)

    def _body(self, send: Callable[..., Raw], *given: Any, **named: Any) -> dict[str, Any]:
        return parse_object(redact(self._ask(send, *given, **named).text, self._access.credential))

    def _body_if_any(self, send: Callable[..., Raw], *given: Any) -> dict[str, Any] | None:
        try:
            return self._body(send, *given)
        except Rejected as error:
            if error.status != 404:
                raise
            return None

    def _delete(self, send: Callable[..., Raw], subject: str) -> None:
        """Callers rely on a deleted file being gone, so only a clear word counts."""
        try:
            response = self._ask(send, subject)
        except Rejected as error:
            if error.status != 404:
                raise
            return
        if response.status_code != 204 and parse_object(response.text).get("deleted") is not True:
            raise Unavailable("The provider did not say that it deleted anything")

    def _entries(self, send: Callable[..., Raw], *given: Any, **named: Any) -> Iterator[Mapping[str, Any]]:
        """The entries of a list over all its pages."""
        for page in self._pages(send, *given, **named):
            yield from page.entries

    def _pages(self, send: Callable[..., Raw], *given: Any, **named: Any) -> Iterator[Page]:
        """The pages of a list, each fetched when it is needed."""
        cursors: list[str] = []
        while True:
            page = read_page(self._body(send, *given, **named, **({"after": cursors[-1]} if cursors else {})))
            yield page
            if not page.has_more:
                return
            cursor = text(page.entries[-1].get("id")) if page.entries else None
            if cursor is None or cursor in cursors:
                raise Unavailable("The provider's list has no end")
            cursors.append(cursor)
