"""Tokens: how many a text or an example has, exactly (`counting`, `fast`), in which vocabularies, and how lengths are spread."""

from shared.datasets.tokens.counting import ExampleTokens, count, count_example, count_tools
from shared.datasets.tokens.vocabularies import Encoding

__all__ = ["Encoding", "ExampleTokens", "count", "count_example", "count_tools"]
