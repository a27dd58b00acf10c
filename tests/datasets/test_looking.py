"""Looking at examples: in pages that stay small, whatever the lines are."""

from shared.datasets.queries import PAGE_BYTES
from tests.support.laboratory import Laboratory, Row


def row(number: int, size: int) -> Row:
    said = {"role": "user", "content": f"{number} " + "x" * size}
    return {"messages": [said, {"role": "assistant", "content": "ok"}]}


def test_a_page_of_long_lines_ends_after_a_megabyte_and_tells_where_to_go_on(laboratory: Laboratory) -> None:
    dataset = laboratory.dataset([row(number, 300_000) for number in range(8)])
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None:
        page = laboratory.member.get(f"/v1/datasets/{dataset}/examples", params={"offset": offset, "limit": 100})
        assert len(page.content) < PAGE_BYTES + 10_000
        seen += [one["line"] for one in page.json()["data"]]
        offset = page.json()["next_offset"]
    assert seen == list(range(1, 9))


def test_a_line_longer_than_a_page_is_shown_by_its_beginning(laboratory: Laboratory) -> None:
    dataset = laboratory.dataset([row(1, 2 * PAGE_BYTES), row(2, 10)])
    first, second = laboratory.member.get(f"/v1/datasets/{dataset}/examples").json()["data"]
    assert (first["line"], first["example"]) == (1, None)
    assert first["text"].startswith('{"messages"')
    assert len(first["text"]) < 1000
    assert second["example"] == row(2, 10)


def test_beyond_the_end_there_is_nothing(laboratory: Laboratory) -> None:
    dataset = laboratory.dataset([row(1, 10)])
    page = laboratory.member.get(f"/v1/datasets/{dataset}/examples?offset={10**9}").json()
    assert page == {"data": [], "next_offset": None}
