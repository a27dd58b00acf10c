"""Secrets on the wire: they go in, as what a header can carry, and never come out."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from shared.connections.signatures import key_of


def _check_credential(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("holds characters that no key has")
    return secret


def _check_webhook_secret(secret: SecretStr) -> SecretStr:
    key_of(_check_credential(secret).get_secret_value())
    return secret


WebhookSecret = Annotated[SecretStr, Field(min_length=16, max_length=200), AfterValidator(_check_webhook_secret)]
Credential = Annotated[
    SecretStr,
    Field(min_length=16, max_length=1000, description="The provider's key. Sealed at once, and never shown again."),
    AfterValidator(_check_credential),
]
