"""The shapes that a training example can have, and the method of training that takes each."""

from enum import StrEnum


class Shape(StrEnum):
    """What a dataset's `format` says once it has been read."""

    CHAT = "chat"
    PREFERENCE = "preference"
    REINFORCEMENT = "reinforcement"
    COMPLETION = "completion"


METHODS = {Shape.CHAT: "supervised", Shape.PREFERENCE: "dpo", Shape.REINFORCEMENT: "reinforcement"}
"""Completions are taken by no method any more: convert them."""
