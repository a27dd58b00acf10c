"""What a connection's provider trains: as its kind's catalogue says, or, where nobody has published one, the connection itself."""

from collections.abc import Mapping

from shared.connections.catalogue import TrainableModel, catalogue
from shared.connections.described import OwnModel, own_model
from shared.connections.tables import Connection


def trainable_models(connection: Connection) -> Mapping[str, TrainableModel]:
    """All models that were ever known to be trained there, by name. Whether they are today is not said here."""
    if connection.provider.traits.self_described:
        return {name: own.trainable(connection.provider) for name, own in own_models(connection).items()}
    return {name: model for (provider, name), model in catalogue().items() if provider == connection.provider}


def trainable_model(connection: Connection, model: str) -> TrainableModel | None:
    """One of them."""
    return trainable_models(connection).get(model)


def own_models(connection: Connection) -> dict[str, OwnModel]:
    """What the connection says of its models itself, by name."""
    return {stored["model"]: own_model(stored) for stored in connection.catalogue}
