"""Every name of a model leads to the encoding of its base, or to a refusal."""

import pytest

from shared.connections.catalogue import catalogue
from shared.datasets.tokens import Encoding
from shared.datasets.tokens.encodings import UnknownModelError, base_of, encoding_of

O200K, CL100K = Encoding.O200K_BASE, Encoding.CL100K_BASE


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o-2024-08-06", O200K),
        ("gpt-4.1", O200K),
        ("gpt-4.1-mini-2025-04-14", O200K),
        ("gpt-4.5-preview", O200K),
        ("gpt-5-mini", O200K),
        ("o1", O200K),
        ("o4-mini-2025-04-16", O200K),
        ("gpt-4", CL100K),
        ("gpt-4-turbo-2024-04-09", CL100K),
        ("gpt-4-0613", CL100K),
        ("gpt-3.5-turbo-0125", CL100K),
        ("gpt-35-turbo", CL100K),
        ("gpt-35-turbo-1106", CL100K),
        ("davinci-002", CL100K),
        ("ft:gpt-4.1-2025-04-14:acme::Bx1", O200K),  # a table of prefixes says cl100k
        ("ft:gpt-4o-mini-2024-07-18:acme:support:Bx1", O200K),
        ("ft:gpt-4-0613:acme::Bx1", CL100K),
        ("ft:gpt-3.5-turbo-0125:acme::Bx1:ckpt-step-90", CL100K),
        ("ft:babbage-002:acme::Bx1", CL100K),
        ("gpt-4.1-2025-04-14.ft-0123456789abcdef", O200K),
        ("gpt-35-turbo-0125.ft-0123456789abcdef-support", CL100K),
    ],
)
def test_a_model_is_counted_as_its_base_is(model: str, encoding: Encoding) -> None:
    assert encoding_of(model) is encoding


@pytest.mark.parametrize(
    "model", ["", "llama-3-8b", "gpt", "gpt-2", "gpt-oss-20b", "ft:llama-3:acme::x", "ada", "o200k", "my-gpt-4o"]
)
def test_a_model_that_is_not_known_is_refused(model: str) -> None:
    with pytest.raises(UnknownModelError):
        encoding_of(model)


def test_a_base_is_its_own_base() -> None:
    assert base_of("gpt-4o-2024-08-06") == "gpt-4o-2024-08-06"
    assert base_of("ft:gpt-4o-2024-08-06:acme:x:y") == "gpt-4o-2024-08-06"


def test_the_catalogue_says_the_same() -> None:
    assert catalogue()
    assert all(encoding_of(model.model) == model.encoding for model in catalogue().values())
