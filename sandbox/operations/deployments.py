"""Azure's resource manager, as far as serving a model needs it: deployments are made, shown, listed and deleted."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sandbox.records import Deployment
from sandbox.refusals import Refusal
from sandbox.wire import Call, Dialect, Json, Reply
from sandbox.world import World

# In a job's own seconds.
_CREATING_SECONDS = 90.0
_MOST_TUNED = 10
_SKUS = {
    "Standard",
    "GlobalStandard",
    "DataZoneStandard",
    "DeveloperTier",
    "ProvisionedManaged",
    "GlobalProvisionedManaged",
}


def account(world: World, call: Call) -> Reply:
    """The resource itself, as far as it is asked for."""
    where = world.account(call.account).switches.location
    kind = "Microsoft.CognitiveServices/accounts"
    shown = {"id": _account(call), "name": call.account, "type": kind, "kind": "OpenAI", "location": where}
    here = urlunsplit((*urlsplit(call.url)[:2], "/", "", ""))
    properties = {"provisioningState": "Succeeded", "endpoint": here, "endpoints": {"OpenAI": here}}
    return Reply(shown | {"sku": {"name": "S0"}, "properties": properties})


def put(world: World, call: Call) -> Reply:
    sku, model = _checked(world, call)
    name = call.path["deployment"]
    existing = world.deployment(call.account, name)
    if existing is not None and existing.model["name"] != model["name"]:
        raise Refusal(
            400,
            "The model of a deployment of a fine-tuned model cannot be changed.",
            azure_code="ModelUpgradeNotSupported",
        )
    now = world.clock.now()
    ready_at = now + _CREATING_SECONDS / world.speed
    _check_room(world, call, sku, existing)
    made = existing or Deployment(name, call.account, model, sku, now, ready_at, now)
    made.sku, made.tags = sku, call.body.get("tags") or {}
    made.fails = world.account(call.account).switches.deployments_fail
    world.save_deployment(made)
    return Reply(_shown(world, call, made), 200 if existing else 201)


def _checked(world: World, call: Call) -> tuple[Json, Json]:
    sku = call.body.get("sku")
    properties = call.body.get("properties")
    model = properties.get("model") if isinstance(properties, dict) else None
    if not isinstance(sku, dict) or sku.get("name") not in _SKUS or not _is_capacity(sku.get("capacity")):
        raise Refusal(400, "sku needs a known name and a capacity.", azure_code="InvalidResourceProperties")
    if not isinstance(model, dict) or model.get("format") != "OpenAI" or not isinstance(model.get("name"), str):
        raise Refusal(400, "properties.model needs format 'OpenAI' and a name.", azure_code="InvalidResourceProperties")
    known = world.base_model(Dialect.AZURE, model["name"]) or world.tuned_model(call.account, model["name"])
    if known is None:
        text = f"The model 'Format:OpenAI,Name:{model['name']}' of account deployment is not supported."
        raise Refusal(400, text, azure_code="DeploymentModelNotSupported")
    return sku, model


def _is_capacity(value: Any) -> bool:
    return type(value) is int and value >= 1


def _check_room(world: World, call: Call, sku: Json, existing: Deployment | None) -> None:
    """All deployments of an account share its capacity, and few may be of tuned models."""
    others = [each for each in world.deployments_of(call.account) if each is not existing]
    left = world.account(call.account).switches.deployment_capacity - sum(each.sku["capacity"] for each in others)
    if sku["capacity"] > left:
        text = (
            f"This operation require {sku['capacity']} new capacity in quota Tokens Per Minute (thousands), which is bigger "
            f"than the current available capacity {left}."
        )
        raise Refusal(400, text, azure_code="InsufficientQuota")
    tuned = [each for each in others if world.tuned_model(call.account, each.model["name"])]
    if existing is None and len(tuned) >= _MOST_TUNED:
        text = f"The resource has {len(tuned)} deployments of fine-tuned models, and no room for more."
        raise Refusal(400, text, azure_code="InsufficientQuota")


def get(world: World, call: Call) -> Reply:
    return Reply(_shown(world, call, _find(world, call)))


def list_deployments(world: World, call: Call) -> Reply:
    return Reply({"value": [_shown(world, call, each) for each in world.deployments_of(call.account)]})


def delete(world: World, call: Call) -> Reply:
    found = world.deployment(call.account, call.path["deployment"])
    if found is None:
        return Reply(status=204)
    world.remove_deployment(found)
    return Reply(status=200, body={})


def _find(world: World, call: Call) -> Deployment:
    name = call.path["deployment"]
    found = world.deployment(call.account, name)
    if found is None:
        raise Refusal(404, f"The resource '{name}' was not found.", azure_code="ResourceNotFound")
    return found


def _state(deployment: Deployment, now: float) -> str:
    if now >= deployment.ready_at:
        return "Failed" if deployment.fails else "Succeeded"
    half = (deployment.created_at + deployment.ready_at) / 2
    return "Accepted" if now < half else "Creating"


def _shown(world: World, call: Call, deployment: Deployment) -> Json:
    capacity = deployment.sku["capacity"]
    return {
        "id": f"{_account(call)}/deployments/{deployment.name}",
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "name": deployment.name,
        "sku": deployment.sku,
        "tags": deployment.tags,
        "properties": {
            "model": deployment.model,
            "capabilities": {"chatCompletion": "true"},
            "provisioningState": _state(deployment, world.clock.now()),
            "rateLimits": [
                {"key": "request", "renewalPeriod": 10, "count": capacity},
                {"key": "token", "renewalPeriod": 60, "count": capacity * 1_000},
            ],
        },
        "etag": f'"{int(deployment.created_at)}"',
    }


def _account(call: Call) -> str:
    return (
        f"/subscriptions/{call.path['subscription']}/resourceGroups/{call.path['group']}"
        f"/providers/Microsoft.CognitiveServices/accounts/{call.account}"
    )
