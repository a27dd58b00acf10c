"""What is sent for an example, how long the answer may be, and so what it can cost at most. Pure."""

import re
from typing import Any

from shared.datasets.tokens import count, count_example
from shared.datasets.tokens.vocabularies import Encoding
from shared.evaluations.examples import Example
from shared.evaluations.images import images_in, most_of_images
from shared.evaluations.rates import Usage

# Models that think before they answer: they refuse a temperature, and their thoughts count as output.
_THINKING = re.compile(r"o\d|gpt-5")
THOUGHTS = 4096
LONGEST_ANSWER = 1024

# The few tokens by which a chat prompt is closed, which a training example does not have.
_PRIMING = 3


def answer_limit(reference: str) -> int:
    """How many tokens an answer may have: twice the reference and a little, since a longer one is wrong at any length."""
    return min(LONGEST_ANSWER, 2 * count(reference, Encoding.O200K_BASE) + 32)


def question(example: Example, base_model: str, limit: int) -> dict[str, Any]:
    """The chat request, in OpenAI's words, without the model. As repeatable as providers allow."""
    asked = {**example.context, "messages": list(example.prompt), "max_completion_tokens": _most(base_model, limit)}
    return asked if _THINKING.match(base_model) else {**asked, "temperature": 0}


def most_used(example: Example, base_model: str, encoding: Encoding) -> Usage:
    """The most that a question can use: its prompt uncached, and the longest answer that is allowed. Raises InvalidRequest for
    images where nobody knows how the model counts them.
    """
    prompt = count_example({**example.context, "messages": example.prompt}, encoding).total + _PRIMING
    images = most_of_images(images_in(example.prompt), base_model)
    return Usage(prompt + images, 0, _most(base_model, answer_limit(example.reference)))


def _most(base_model: str, limit: int) -> int:
    return limit + THOUGHTS if _THINKING.match(base_model) else limit
