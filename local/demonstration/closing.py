"""`CLOSED=openai`: a provider that takes no training any more. The sandbox is told so before anything is ordered."""

from urllib.parse import quote

from local import connections
from local.demonstration.asking import settled
from local.demonstration.checking import require_equal
from local.demonstration.data import Parts
from local.demonstration.stage import Cast, Place, Stage

JOB_SECONDS = 30.0
ON_THE_WAY = ("queued", "uploading", "submitting", "running")


def close_training(stage: Stage, place: Place) -> None:
    """From now on the account's orders are refused; everything else goes on there."""
    wanted = next(one for one in connections.to_sandbox(stage.sandbox_url) if one.provider == place.provider)
    stage.provider.must("POST", f"/_sandbox/accounts/{quote(wanted.credential)}", {"training_closed": True})
    stage.console.print(f"{place.name} takes no new training today; the other two do.")


def learn_that_it_is_closed(stage: Stage, cast: Cast, parts: Parts) -> None:
    """The first order is refused by the provider and costs nothing; from then on nobody is offered it."""
    if cast.closed is None:
        return
    place = cast.at(cast.closed)
    order = {"dataset_id": parts.training["id"], "connection_id": place.connection_id, "model": place.models[0]}
    ordered = cast.team.client.must("POST", "/v1/jobs", order)
    ended = settled(cast.team.client, f"/v1/jobs/{ordered['id']}", ON_THE_WAY, seconds=JOB_SECONDS)
    require_equal((ended["status"], ended["reason_code"]), ("failed", "training_closed"), "The end of a job there")
    again = cast.team.client.ask("POST", "/v1/jobs", order)
    require_equal((again.status, again.body["code"]), (403, "training_closed"), "The answer to the next order there")
    stage.console.print(f"An order at {place.name} is answered [bold]403 training_closed[/]: {again.body['detail']}\n")
