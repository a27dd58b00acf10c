"""Between training and asking: some providers let a tuned model answer only under a name that an admin makes for it there."""

from typing import Any

from local import connections
from local.demonstration.stage import Place, Stage
from local.wire import Client


def let_answer(stage: Stage, place: Place, model: dict[str, Any]) -> None:
    """At a compatible server a model is made of the job's checkpoint, past our service, and its name is entered here."""
    if place.provider != "compatible":
        return
    wanted = next(one for one in connections.to_sandbox(stage.sandbox_url) if one.provider == place.provider)
    source = model["provider_model"]
    custom = {"name": "demo", "base_model": model["base_model"], "source": source}
    made = Client(stage.sandbox_url, wanted.credential).must("POST", "/compatible/v0/models", custom)
    named = {"deployments": {source: made["name"]}}
    stage.admin.must("PATCH", f"/v1/connections/{place.connection_id}", named)
    stage.console.print(f"An admin lets {source} answer at {place.name} as {made['name']}.\n", markup=False)
