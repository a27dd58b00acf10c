"""Uploading: what comes whole is kept and validated, and of everything else nothing is ever seen or left."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.api import Api
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, Answer, Office
from tests.support.server import served

GOOD = jsonl(HELD_OUT)
BOUNDARY = "frontier"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes, extra: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
NAME = part("name", b"triage")
FILE = part("file", GOOD, '; filename="triage.jsonl"')


def send(office: Office, body: bytes, kind: str = KIND) -> Answer:
    return office.member.post("/v1/datasets", content=body, headers={"Content-Type": kind})


def kept(office: Office) -> list[Path]:
    """Every file in storage."""
    root = office.lab.api.settings.storage_dir
    assert root is not None
    return [path for path in root.rglob("*") if path.is_file()]


def refused(office: Office, answer: Answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (kept(office), office.look("/datasets")["data"]) == ([], [])


def test_a_good_file_becomes_ready(office: Office) -> None:
    made = office.upload(GOOD)
    dataset = made.json()
    assert (made.status_code, made.headers["location"]) == (202, f"/v1/datasets/{dataset['id']}")
    assert (dataset["status"], dataset["version"], dataset["filename"]) == ("uploaded", 1, "triage.jsonl")
    assert (dataset["size_bytes"], dataset["sha256"]) == (len(GOOD), hashlib.sha256(GOOD).hexdigest())
    office.drain()
    seen = office.look(f"/datasets/{dataset['id']}")
    assert (seen["status"], seen["lines_read"]) == ("ready", len(HELD_OUT))
    assert seen["reason"] == f"{len(HELD_OUT)} examples, ready to train on."
    assert ("dataset.ready", dataset["id"]) in office.lab.told()


def test_what_was_uploaded_comes_back_byte_for_byte(office: Office) -> None:
    dataset_id = office.upload(GOOD).json()["id"]
    assert office.member.get(f"/v1/datasets/{dataset_id}/content").content == GOOD


def test_the_same_name_makes_the_next_version_and_the_same_bytes_are_stored_once(office: Office) -> None:
    first, second = office.upload(GOOD).json(), office.upload(GOOD).json()
    other = office.upload(GOOD, "another").json()
    assert [first["version"], second["version"], other["version"]] == [1, 2, 1]
    assert len(kept(office)) == 1
    named = office.look("/datasets?name=triage")["data"]
    assert [one["id"] for one in named] == [second["id"], first["id"]]


def test_uploads_at_once_of_one_name_become_versions(office: Office, api: Api) -> None:
    key = api.key(office.lab.team_id)
    with served(api.app) as url, httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:

        def upload(place: int) -> Answer:
            content = GOOD + jsonl(HELD_OUT[place : place + 1])
            return client.post("/v1/datasets", data={"name": "triage"}, files={"file": ("x.jsonl", content)})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(upload, range(8)))
    assert [answer.status_code for answer in answers] == [202] * 8
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 9))


def test_a_repeated_upload_is_answered_as_the_first(office: Office) -> None:
    once = {"Idempotency-Key": "abc"}
    first, again = office.upload(GOOD, **once), office.upload(GOOD, **once)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert len(office.look("/datasets")["data"]) == 1


def test_another_file_under_the_same_idempotency_key_is_refused_and_not_kept(office: Office) -> None:
    once = {"Idempotency-Key": "abc"}
    office.upload(GOOD, **once)
    before = kept(office)
    for content, name in ((GOOD + GOOD, "triage"), (GOOD, "other")):
        answer = office.upload(content, name, **once)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert kept(office) == before


def test_cut_off_at_any_byte_nothing_is_kept(office: Office) -> None:
    body = NAME + part("file", b'{"messages": []}\n', '; filename="x"') + END
    assert send(office, body).status_code == 202, "the whole of it is good"
    (before,) = office.look("/datasets")["data"]
    files = kept(office)
    for length in range(len(body) - len(b"\r\n")):
        answer = send(office, body[:length])
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body[:length]
    assert office.look("/datasets")["data"] == [before]
    assert kept(office) == files


BAD_FORMS = [
    (b"", "cut off"),
    (END, "`file`"),
    (NAME + END, "`file`"),
    (b"nonsense", "not a well-formed multipart form"),
    (NAME + FILE + FILE + END, "two with one name"),
    (NAME + NAME + FILE + END, "two with one name"),
    (f"--{BOUNDARY}\r\n\r\nheadless\r\n".encode() + END, "without a name"),
    (f"--{BOUNDARY}\r\nX-Long: {'x' * 9000}\r\n\r\nx\r\n".encode() + END, "header"),
    (f"--{BOUNDARY}\r\n".encode() + b"X: y\r\n" * 500 + b"\r\nx\r\n" + END, "header"),
    (part("name", b"x" * 10_001) + FILE + END, "more than 10,000 bytes"),
    (b"".join(part(f"n{place}", b"") for place in range(500)) + FILE + END, "more than 20 fields"),
    (part("name", b"a\0b") + FILE + END, "NUL"),
    (part("name", b"\xff\xfe") + FILE + END, "not UTF-8"),
    (NAME + part("file", GOOD, '; filename="a\0b"') + END, ""),
    (NAME + part("fi\0le", GOOD) + END, ""),
]


def test_a_form_that_is_none_is_refused_in_words(office: Office) -> None:
    for body, why in BAD_FORMS:
        answer = send(office, body)
        refused(office, answer, 422, "invalid_request")
        assert why in answer.text


def test_only_multipart_forms_are_taken(office: Office) -> None:
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=", "text/plain", ""):
        refused(office, send(office, NAME + FILE + END, kind), 415, "unsupported_format")


@pytest.mark.parametrize("length", ["abc", "-1", "²", "9" * 5000])
def test_an_odd_content_length_is_refused(office: Office, length: str) -> None:
    headers = [(b"Content-Type", KIND.encode()), (b"Content-Length", length.encode())]
    answer = office.member.post("/v1/datasets", content=iter([NAME]), headers=headers)
    refused(office, answer, 413, "payload_too_large")


def test_names_are_checked_before_anything_is_kept(office: Office) -> None:
    for name in ("", " ", "x" * 101, "a/b", "../../etc", "a\nb", "=1+1", "💥"):
        refused(office, send(office, part("name", name.encode()) + FILE + END), 422, "invalid_request")
    refused(office, send(office, FILE + END), 422, "invalid_request")
    refused(office, send(office, NAME + part("nmae", b"x") + FILE + END), 422, "invalid_request")
    assert office.upload(GOOD, "  分诊 (v2) – x  ".replace("–", "-")).json()["name"] == "分诊 (v2) - x"


def test_a_filename_is_only_shown(office: Office) -> None:
    for filename in ("../../../etc/passwd", "/etc/passwd", "C:\\x.jsonl", "x" * 500, "分诊.jsonl", "<b>", ""):
        content = part("file", GOOD, f'; filename="{filename}"')
        answer = send(office, NAME + content + END)
        assert answer.status_code == 202, answer.text
    without = send(office, NAME + part("file", GOOD) + END)
    assert without.json()["filename"] == "triage.jsonl"
    assert [path.parent.name for path in kept(office)] == [office.lab.team_id]
    assert max(len(one["filename"]) for one in office.look("/datasets")["data"]) == 200


def test_who_uploads_is_asked_first(office: Office) -> None:
    def upload(caller: TestClient, **headers: str) -> Answer:
        return caller.post("/v1/datasets", data={"name": "x"}, files={"file": ("x", GOOD)}, headers=headers)

    assert upload(office.lab.api.client()).status_code == 401
    nobody = upload(office.lab.api.admin)
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "header/x-team")
    named = upload(office.lab.api.admin, **{"X-Team": office.lab.team_id})
    assert (named.status_code, named.json()["team_id"]) == (202, office.lab.team_id)
    assert office.look(f"/datasets/{named.json()['id']}")["name"] == "x"
