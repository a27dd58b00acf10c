"""The key that a request shows, looked at before its body is read. Whose key it is, and what it opens, is asked later."""

from starlette.datastructures import Headers

from shared.errors import Unauthenticated
from shared.teams.caller import check_shape


def shown_key(headers: Headers) -> str:
    """The secret in `Authorization`. Raises Unauthenticated where there is none, or something that cannot be a key."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated("Send your key in the header `Authorization: Bearer tw_…`.")
    check_shape(secret)
    return secret
