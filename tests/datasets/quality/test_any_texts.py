"""Whatever well-formed examples say, the observers answer: no text crashes them, and a block may end anywhere."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.datasets.findings import Finding
from shared.datasets.personal.masking import mask
from shared.datasets.quality.panel import all_observers
from shared.datasets.shapes import Shape
from tests.datasets.quality.looking import Row, chat, preference, seen

SNIPPETS = (
    "```",
    '{"a": [',
    "@acme.com",
    "sk-",
    "+49 30 ",
    "4111 1111 ",
    "As an AI ",
    "Ã¼",
    "<br>",
    "的",
    " ",
    "\n",
    "x" * 70,
)
TEXTS = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=8)), max_size=8).map(
    lambda pieces: "".join(pieces).replace("\0", "").encode("utf-8", "ignore").decode()
)
CHATS = st.lists(st.builds(chat, TEXTS, TEXTS, st.none() | TEXTS), min_size=1, max_size=6)
PREFERENCES = st.lists(st.builds(preference, TEXTS, TEXTS, TEXTS), min_size=1, max_size=6)


def told(rows: list[Row], shape: Shape, per_block: int) -> list[tuple[int, Finding]]:
    panel = all_observers()
    findings = seen(panel, rows, shape, per_block)
    assert panel.counts.total() == len(findings)
    assert panel.numbers().keys() == {observer.name for observer in panel.observers}
    return findings


@settings(max_examples=40, deadline=None)
@given(CHATS)
def test_any_chats_are_looked_at(rows: list[Row]) -> None:
    assert all(0 <= line <= len(rows) for line, _ in told(rows, Shape.CHAT, per_block=100))


@settings(max_examples=20, deadline=None)
@given(PREFERENCES)
def test_any_preferences_are_looked_at(rows: list[Row]) -> None:
    assert all(0 <= line <= len(rows) for line, _ in told(rows, Shape.PREFERENCE, per_block=100))


@settings(max_examples=30, deadline=None)
@given(CHATS)
def test_where_a_block_ends_changes_nothing(rows: list[Row]) -> None:
    def key(one: tuple[int, Finding]) -> tuple[int, str, str]:
        return one[0], one[1].code, one[1].message

    # HTML is judged by what is usual in a block, and the language of a few examples is not judged at all.
    whole, cut = (
        sorted(key(one) for one in told(rows, Shape.CHAT, size) if one[1].code != "html_leftover") for size in (100, 2)
    )
    assert whole == cut


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_what_is_masked_holds_nothing_to_mask(text: str) -> None:
    masked, _ = mask(text)
    assert mask(masked) == (masked, {})
