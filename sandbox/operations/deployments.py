"""Azure's resource manager, as far as serving a model needs it: deployments are made, shown, listed and deleted."""

from sandbox.records import Deployment
from sandbox.refusals import Refusal
from sandbox.wire import Call, Dialect, Json, Reply
from sandbox.world import World

# In a job's own seconds.
_CREATING_SECONDS = 90.0
_SKUS = {
    "Standard",
    "GlobalStandard",
    "DataZoneStandard",
    "DeveloperTier",
    "ProvisionedManaged",
    "GlobalProvisionedManaged",
}


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
    made = existing or Deployment(name, call.account, model, sku, now, ready_at, now)
    made.sku = sku
    world.save_deployment(made)
    return Reply(_shown(world, call, made), 200 if existing else 201)


def _checked(world: World, call: Call) -> tuple[Json, Json]:
    sku = call.body.get("sku")
    properties = call.body.get("properties")
    model = properties.get("model") if isinstance(properties, dict) else None
    if not isinstance(sku, dict) or sku.get("name") not in _SKUS or not isinstance(sku.get("capacity"), int):
        raise Refusal(400, "sku needs a known name and a capacity.", azure_code="InvalidResourceProperties")
    if not isinstance(model, dict) or model.get("format") != "OpenAI" or not isinstance(model.get("name"), str):
        raise Refusal(400, "properties.model needs format 'OpenAI' and a name.", azure_code="InvalidResourceProperties")
    known = world.base_model(Dialect.AZURE, model["name"]) or world.tuned_model(call.account, model["name"])
    if known is None:
        text = f"The model 'Format:OpenAI,Name:{model['name']}' of account deployment is not supported."
        raise Refusal(400, text, azure_code="DeploymentModelNotSupported")
    return sku, model


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


def _shown(world: World, call: Call, deployment: Deployment) -> Json:
    account = (
        f"/subscriptions/{call.path['subscription']}/resourceGroups/{call.path['group']}"
        f"/providers/Microsoft.CognitiveServices/accounts/{call.account}"
    )
    capacity = deployment.sku["capacity"]
    return {
        "id": f"{account}/deployments/{deployment.name}",
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "name": deployment.name,
        "sku": deployment.sku,
        "properties": {
            "model": deployment.model,
            "capabilities": {"chatCompletion": "true"},
            "provisioningState": "Creating" if world.clock.now() < deployment.ready_at else "Succeeded",
            "rateLimits": [
                {"key": "request", "renewalPeriod": 10, "count": capacity},
                {"key": "token", "renewalPeriod": 60, "count": capacity * 1_000},
            ],
        },
        "etag": f'"{int(deployment.created_at)}"',
    }
