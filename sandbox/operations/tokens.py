"""Microsoft Entra ID, as far as Azure is asked with its tokens: an application shows its secret and is given one.

A tenant is an account of its own, for counts and faults. What refuses here speaks OAuth, not Azure.
"""

from sandbox import ids
from sandbox.wire import Call, Reply
from sandbox.world import World

_SECRETS = "secret-sandbox"
_SECONDS = 3_599


def give(_world: World, call: Call) -> Reply:
    """The client-credentials grant."""
    if call.form.get("grant_type") != "client_credentials":
        return _refused(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
    if not call.form.get("scope", "").endswith("/.default"):
        return _refused(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
    if not call.form.get("client_secret", "").startswith(_SECRETS):
        return _refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
    token = f"entra-sandbox-{ids.letters(40)}"
    return Reply({"token_type": "Bearer", "expires_in": _SECONDS, "ext_expires_in": _SECONDS, "access_token": token})


def _refused(status: int, error: str, description: str) -> Reply:
    return Reply({"error": error, "error_description": description, "error_codes": []}, status)
