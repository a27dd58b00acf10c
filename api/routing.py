"""How every route of a noun is made: strict bodies, idempotent writes, and its problems in the OpenAPI document.

`router = noun("teams")` at the top of a noun's file; FastAPI's own decorators below it.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response, params
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from typing_extensions import override

from api.bearer import shown_key
from api.bodies import StrictRequest
from api.idempotency import Replay
from api.problems import problems

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route whose JSON is read strictly, and whose answer is remembered when the caller asked for that.

    FastAPI leaves function-scoped dependencies (and so commits) after this handler returns and before the answer is sent.
    """

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if takes_json:
                shown_key(strict.headers)  # whoever has no key sends us no body
                await strict.read()
            try:
                response = await handle(strict)
            except Replay as replay:
                return replay.response
            if keep := getattr(strict.state, "keep", None):
                await run_in_threadpool(keep, response)
            return response

        return strictly


def noun(name: str, prefix: str = "/v1") -> APIRouter:
    """The router of one noun."""
    return APIRouter(prefix=prefix, tags=[name], route_class=Route, responses=problems())
