"""A team that prepares data at the front door: it sends files of any kind, looks at them, and has versions made of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from tests.support.office import Answer, Office

Row = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """`send` and `make` end when the worker has done all that followed from them."""

    office: Office

    @property
    def member(self) -> TestClient:
        return self.office.member

    def look(self, path: str) -> dict[str, Any]:
        return self.office.look(path)

    def post(self, content: bytes, filename: str, **fields: str) -> str:
        """The id of a dataset whose bytes have arrived, and no more."""
        sent = self.member.post("/v1/datasets", data={"name": "made"} | fields, files={"file": (filename, content)})
        assert sent.status_code == 202, sent.text
        return str(sent.json()["id"])

    def send(self, content: bytes, filename: str, **fields: str) -> dict[str, Any]:
        dataset_id = self.post(content, filename, **fields)
        self.office.drain()
        return self.look(f"/datasets/{dataset_id}")

    def preview(self, content: bytes, filename: str, **fields: str) -> dict[str, Any]:
        sent = self.member.post("/v1/datasets/preview", data=fields, files={"file": (filename, content)})
        assert sent.status_code == 200, sent.text
        return dict(sent.json())

    def ask(self, dataset_id: str, what: str, **body: Any) -> Answer:
        return self.member.post(f"/v1/datasets/{dataset_id}/{what}", json=body)

    def make(self, dataset_id: str, what: str, **body: Any) -> dict[str, Any]:
        """The version that came of it; `what`: read or prepare."""
        made = self.ask(dataset_id, what, **body)
        assert made.status_code == 202, made.text
        self.office.drain()
        return self.look(made.headers["location"].removeprefix("/v1"))

    def split(self, dataset_id: str, **body: Any) -> list[dict[str, Any]]:
        made = self.ask(dataset_id, "split", **body)
        assert made.status_code == 202, made.text
        self.office.drain()
        return [self.look(f"/datasets/{part['id']}") for part in made.json()["data"]]

    def examples(self, dataset_id: str) -> list[Row]:
        """All of them, page by page."""
        return [one["example"] for one in self._pages(f"/datasets/{dataset_id}/examples?limit=100&offset=")]

    def codes(self, dataset_id: str) -> dict[str, int]:
        """How often what was found."""
        return {code: one["count"] for code, one in self.look(f"/datasets/{dataset_id}/report")["codes"].items()}

    def content(self, dataset_id: str) -> bytes:
        return self.member.get(f"/v1/datasets/{dataset_id}/content").content

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        offset: int | None = 0
        while offset is not None:
            page = self.look(f"{path}{offset}")
            yield from page["data"]
            offset = page["next_offset"]


def chats(pairs: list[tuple[str, str]]) -> list[Row]:
    """Examples of one question and one answer."""
    return [
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]}
        for asked, answer in pairs
    ]


def as_mapping(**parts: Any) -> str:
    """The field `mapping` of a form."""
    return json.dumps(parts, ensure_ascii=False)
