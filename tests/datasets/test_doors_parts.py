"""Uploads in parts: bytes go on from where they stand, arrive once and in order, and become a dataset or are gone."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import appending
from shared.datasets.uploads import actions
from shared.queue import Task
from tests.support import azure_blobs
from tests.support.api import Api
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT, Answer, Office
from tests.support.server import served
from worker.sweeps import due

GOOD = jsonl(HELD_OUT)
HALF = len(GOOD) // 2
KIND = "application/offset+octet-stream"
A_DAY = 24 * 3600.0


def begin(office: Office, size_bytes: int = len(GOOD), **more: Any) -> str:
    """The path of a new upload."""
    made = office.member.post("/v1/uploads", json={"name": "large", "size_bytes": size_bytes} | more)
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


def send(office: Office, upload: str, offset: int, content: bytes, **headers: str) -> Answer:
    about = {"Content-Type": KIND, "Upload-Offset": str(offset)} | headers
    return office.member.patch(upload, content=content, headers=about)


def stands_at(office: Office, upload: str) -> int:
    return int(office.member.head(upload).headers["upload-offset"])


def refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return dict(answer.json())


def kept(office: Office) -> list[Path]:
    """Every file in storage."""
    root = office.lab.api.settings.storage_dir
    assert root is not None
    return [path for path in root.rglob("*") if path.is_file()]


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_a_file_sent_in_parts_becomes_a_dataset_like_any_other(office: Office) -> None:
    sha256 = hashlib.sha256(GOOD).hexdigest()
    upload = begin(office, filename="large.jsonl", sha256=sha256.upper())
    for start, end in ((0, 1), (1, HALF), (HALF, len(GOOD))):
        sent = send(office, upload, start, GOOD[start:end], **{"Content-Digest": digest(GOOD[start:end])})
        assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(end)), sent.text
    completed = office.member.post(f"{upload}/complete")
    dataset = completed.json()
    assert (completed.status_code, completed.headers["location"]) == (202, f"/v1/datasets/{dataset['id']}")
    assert (dataset["status"], dataset["version"], dataset["filename"]) == ("uploading", 1, "large.jsonl")
    assert office.look(upload.removeprefix("/v1"))["dataset_id"] == dataset["id"]
    office.drain()
    seen = office.look(f"/datasets/{dataset['id']}")
    assert (seen["status"], seen["sha256"], seen["size_bytes"]) == ("ready", sha256, len(GOOD))
    assert office.member.get(f"/v1/datasets/{dataset['id']}/content").content == GOOD


def test_completed_twice_it_is_one_dataset(office: Office) -> None:
    upload = begin(office)
    send(office, upload, 0, GOOD)
    first, again = (office.member.post(f"{upload}/complete") for _ in range(2))
    office.drain()
    late = office.member.post(f"{upload}/complete", headers={"Idempotency-Key": "abc"})
    assert [answer.status_code for answer in (first, again, late)] == [202] * 3
    assert {answer.headers["location"] for answer in (first, again, late)} == {first.headers["location"]}
    assert len(office.look("/datasets")["data"]) == 1


def test_only_what_has_a_digest_to_be_checked_waits_for_a_place_among_the_few(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = office.lab.api.app.state
    monkeypatch.setattr(state, "context", replace(state.context, heavy=asyncio.Semaphore(0)))
    monkeypatch.setattr("api.uploads.HEAVY_PATIENCE_SECONDS", 0.01)
    plain, announced = begin(office), begin(office, sha256=hashlib.sha256(GOOD).hexdigest())
    for upload in (plain, announced):
        send(office, upload, 0, GOOD)
    refused(office.member.post(f"{announced}/complete"), 503, "service_busy")
    assert office.member.post(f"{plain}/complete").status_code == 202


def test_the_same_bytes_are_kept_once_however_they_came(office: Office) -> None:
    office.upload(GOOD)
    office.drain()
    before = kept(office)
    upload = begin(office)
    send(office, upload, 0, GOOD)
    office.member.post(f"{upload}/complete")
    office.drain()
    assert len(kept(office)) > len(before), "the pieces are there until the dataset surely is"
    office.pass_time(60)
    office.drain()
    assert kept(office) == before
    assert office.lab.api.sql("SELECT count(*) FROM upload_pieces") == [(0,)]


def test_another_client_sees_how_far_it_is(office: Office) -> None:
    upload = begin(office)
    send(office, upload, 0, GOOD[:HALF])
    lead = office.lab.lead.head(upload)
    assert (lead.status_code, lead.content) == (204, b"")
    assert (lead.headers["upload-offset"], lead.headers["upload-length"]) == (str(HALF), str(len(GOOD)))
    (listed,) = office.lab.lead.get("/v1/uploads").json()["data"]
    assert (listed["received_bytes"], listed["status"], listed["filename"]) == (HALF, "receiving", "large.jsonl")
    assert office.lab.api.client().head(upload).status_code == 401
    assert office.member.head(upload[:-5] + "zzzzz").status_code == 404


def test_a_wrong_offset_is_told_the_right_one_and_changes_nothing(office: Office) -> None:
    upload = begin(office)
    send(office, upload, 0, GOOD[:HALF])
    for offset in (0, HALF - 1, HALF + 1, 2**53):
        answer = send(office, upload, offset, b"x")
        assert refused(answer, 409, "offset_mismatch")["offset"] == HALF
        assert answer.headers["upload-offset"] == str(HALF)
    early = office.member.post(f"{upload}/complete")
    assert refused(early, 409, "offset_mismatch")["offset"] == HALF
    assert stands_at(office, upload) == HALF


def cut_off(office: Office, upload: str, chunks: Sequence[bytes], **headers: str) -> None:
    """Send bytes of a body that was to be longer; then the connection is gone."""
    about = {"content-type": KIND, "upload-offset": "0", "authorization": office.member.headers["authorization"]}
    messages: list[Any] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"})

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError(f"nobody is there to be told {message}")

    scope = {
        "type": "http",
        "method": "PATCH",
        "path": upload,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in (about | headers).items()],
    }
    asyncio.run(office.lab.api.app(scope, receive, send))


def test_a_cut_connection_keeps_what_arrived(office: Office) -> None:
    upload = begin(office)
    cut_off(office, upload, [GOOD[:HALF]])
    assert stands_at(office, upload) == HALF
    assert send(office, upload, HALF, GOOD[HALF:]).status_code == 204
    dataset = office.member.post(f"{upload}/complete").json()["id"]
    office.step(Task.VALIDATE_DATASETS)
    assert office.look(f"/datasets/{dataset}")["sha256"] == hashlib.sha256(GOOD).hexdigest()


def test_a_cut_connection_keeps_nothing_whose_digest_is_not_known_yet(office: Office) -> None:
    upload = begin(office)
    cut_off(office, upload, [GOOD[:HALF]], **{"content-digest": digest(GOOD)})
    assert (stands_at(office, upload), kept(office)) == (0, [])


def test_large_requests_become_durable_piece_by_piece(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "PIECE_BYTES", 1_000)
    upload = begin(office)
    chunks = [GOOD[start : start + 600] for start in range(0, len(GOOD), 600)]
    cut_off(office, upload, [*chunks, b""])
    assert stands_at(office, upload) == len(GOOD)
    sizes = [size for (size,) in office.lab.api.sql('SELECT size_bytes FROM upload_pieces ORDER BY "offset"')]
    assert sizes == [1_200] * (len(GOOD) // 1_200) + [len(GOOD) % 1_200]
    pieces = sorted(kept(office), key=lambda path: int(path.name.split("_")[0]))
    assert b"".join(path.read_bytes() for path in pieces) == GOOD


def test_of_those_who_send_at_once_one_wins_and_bytes_never_mix(office: Office, api: Api) -> None:
    size_bytes = 100_000
    upload = begin(office, size_bytes)
    about = {"Content-Type": KIND, "Upload-Offset": "0", "Authorization": office.member.headers["authorization"]}
    with served(api.app) as url:

        def race(letter: bytes) -> Answer:
            slowly = (letter * 10_000 for _ in range(10))
            return httpx2.patch(f"{url}{upload}", content=slowly, headers=about, timeout=60)

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(race, [b"a", b"b", b"c", b"d", b"e", b"f"]))
    assert sorted(answer.status_code for answer in answers) == [204, *[409] * 5]
    assert {answer.headers["upload-offset"] for answer in answers} == {str(size_bytes)}
    assert len(kept(office)) == 1, "what lost is not kept"
    (winner,) = (letter for letter, answer in zip(b"abcdef", answers, strict=True) if answer.status_code == 204)
    assert kept(office)[0].read_bytes() == bytes([winner]) * size_bytes


def test_what_is_announced_too_large_is_refused_before_a_byte_is_sent(office: Office) -> None:
    most = office.lab.api.settings.dataset_max_bytes
    assert most == 1_000_000_000
    begin(office, most)
    answer = office.member.post("/v1/uploads", json={"name": "large", "size_bytes": most + 1})
    assert refused(answer, 413, "payload_too_large")["max_bytes"] == most


def test_nothing_is_taken_beyond_the_announced_end(office: Office) -> None:
    upload = begin(office, 10)
    refused(send(office, upload, 0, b"x" * 11), 413, "payload_too_large")
    unannounced = office.member.patch(
        upload, content=iter([b"x" * 6, b"y" * 6]), headers={"Content-Type": KIND, "Upload-Offset": "0"}
    )
    refused(unannounced, 413, "payload_too_large")
    assert (stands_at(office, upload), kept(office)) == (0, [])
    assert send(office, upload, 0, b"x" * 10).status_code == 204


def test_bytes_with_another_digest_are_not_kept(office: Office) -> None:
    upload = begin(office)
    other = send(office, upload, 0, GOOD, **{"Content-Digest": f"sha-512=:AAAA:, {digest(b'other')}"})
    said = refused(other, 422, "digest_mismatch")
    assert (said["actual"], said["expected"]) == (
        hashlib.sha256(GOOD).hexdigest(),
        hashlib.sha256(b"other").hexdigest(),
    )
    for odd in ("sha-256=:AAAA:", "sha-256=x", "md5=:AAAA:", "sha-256=:====:"):
        refused(send(office, upload, 0, GOOD, **{"Content-Digest": odd}), 422, "invalid_request")
    assert (stands_at(office, upload), kept(office)) == (0, [])


def test_a_whole_with_another_digest_becomes_no_dataset(office: Office) -> None:
    upload = begin(office, sha256="ab" * 32)
    send(office, upload, 0, GOOD)
    said = refused(office.member.post(f"{upload}/complete"), 422, "digest_mismatch")
    assert (said["expected"], said["actual"]) == ("ab" * 32, hashlib.sha256(GOOD).hexdigest())
    assert office.look("/datasets")["data"] == []


def test_bytes_that_changed_before_they_were_put_together_are_rejected(office: Office) -> None:
    upload = begin(office, sha256=hashlib.sha256(GOOD).hexdigest())
    send(office, upload, 0, GOOD)
    dataset = office.member.post(f"{upload}/complete").json()["id"]
    (piece,) = kept(office)
    piece.write_bytes(GOOD[:-1] + b" ")
    office.drain()
    seen = office.look(f"/datasets/{dataset}")
    assert (seen["status"], seen["sha256"]) == ("rejected", None)
    assert hashlib.sha256(GOOD).hexdigest() in seen["reason"]
    office.pass_time(60)
    office.drain()
    assert kept(office) == []


def test_the_convenient_door_checks_a_digest_too(office: Office) -> None:
    def upload(sha256: str) -> Answer:
        return office.member.post("/v1/datasets", data={"name": "x", "sha256": sha256}, files={"file": ("x", GOOD)})

    actual = hashlib.sha256(GOOD).hexdigest()
    said = refused(upload("ab" * 32), 422, "digest_mismatch")
    assert (said["expected"], said["actual"], kept(office)) == ("ab" * 32, actual, [])
    refused(upload("xyz"), 422, "invalid_request")
    assert (upload(actual).status_code, upload(actual.upper()).status_code) == (202, 202)


def test_an_aborted_upload_takes_nothing_more_and_leaves_nothing(office: Office) -> None:
    upload = begin(office)
    send(office, upload, 0, GOOD[:HALF])
    assert [office.member.delete(upload).status_code for _ in range(2)] == [204, 204]
    refused(send(office, upload, HALF, GOOD[HALF:]), 409, "conflict")
    refused(office.member.post(f"{upload}/complete"), 409, "conflict")
    office.drain()
    assert kept(office) == []
    whole = begin(office, sha256=hashlib.sha256(GOOD).hexdigest())
    send(office, whole, 0, GOOD)
    office.member.delete(whole)
    office.drain()
    refused(office.member.post(f"{whole}/complete"), 409, "conflict")
    done = begin(office)
    send(office, done, 0, GOOD)
    office.member.post(f"{done}/complete")
    refused(office.member.delete(done), 409, "illegal_transition")


def test_what_is_not_completed_in_a_day_is_forgotten(office: Office) -> None:
    upload = begin(office)
    send(office, upload, 0, GOOD[:HALF])
    office.pass_time(A_DAY - 60)
    assert Task.FORGET_UPLOADS not in due(office.lab.context.database)
    office.pass_time(120)
    assert Task.FORGET_UPLOADS in due(office.lab.context.database)
    office.drain()
    assert kept(office) == []
    assert office.look(upload.removeprefix("/v1"))["status"] == "expired"
    refused(send(office, upload, HALF, GOOD[HALF:]), 409, "conflict")
    assert Task.FORGET_UPLOADS not in due(office.lab.context.database)


def test_a_team_has_so_many_open_uploads_and_no_more(office: Office) -> None:
    uploads = [begin(office) for _ in range(20)]
    full = office.member.post("/v1/uploads", json={"name": "large", "size_bytes": 1})
    assert refused(full, 429, "quota_exceeded")["limit"] == 20
    office.member.delete(uploads[0])
    begin(office)


def test_crumbs_are_refused_after_so_many(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_PIECES", 2)
    upload = begin(office)
    sent = [send(office, upload, offset, GOOD[offset : offset + 1]) for offset in range(3)]
    assert [answer.status_code for answer in sent] == [204, 204, 409]
    assert "more bytes at a time" in sent[-1].json()["detail"]
    assert len(kept(office)) == 2


def test_on_an_object_store_it_goes_the_same_way_and_on_when_the_store_was_away(office: Office) -> None:
    with azure_blobs.azure_blobs() as azure:
        storage = azure_blobs.storage_in(azure, "parts")
        context = replace(office.lab.context, storage=storage)
        office = replace(office, lab=replace(office.lab, context=context))
        state = office.lab.api.app.state
        state.context = replace(state.context, storage=storage)
        upload = begin(office, sha256=hashlib.sha256(GOOD).hexdigest())
        send(office, upload, 0, GOOD[:HALF])
        azure.failing = 503
        refused(send(office, upload, HALF, GOOD[HALF:]), 503, "service_busy")
        refused(office.upload(GOOD), 503, "service_busy")
        azure.failing = 507
        refused(send(office, upload, HALF, GOOD[HALF:]), 507, "storage_full")
        azure.failing = None
        assert stands_at(office, upload) == HALF
        assert send(office, upload, HALF, GOOD[HALF:]).status_code == 204
        dataset = office.member.post(f"{upload}/complete").json()["id"]
        office.drain()
        assert office.look(f"/datasets/{dataset}")["status"] == "ready"
        assert office.member.get(f"/v1/datasets/{dataset}/content").content == GOOD
        office.pass_time(60)
        office.drain()
        assert f"parts/{office.lab.team_id}/{hashlib.sha256(GOOD).hexdigest()}" in azure.blobs
        assert not [name for name in azure.blobs if "/up_" in name]


def test_only_bytes_at_an_offset_are_taken(office: Office) -> None:
    upload = begin(office)
    refused(send(office, upload, 0, GOOD, **{"Content-Type": "application/json"}), 415, "unsupported_format")
    without = office.member.patch(upload, content=GOOD, headers={"Content-Type": KIND})
    assert refused(without, 422, "invalid_request")["errors"][0]["pointer"] == "header/upload-offset"
    for odd in ("-1", "x", "1.5", ""):
        refused(send(office, upload, 0, GOOD, **{"Upload-Offset": odd}), 422, "invalid_request")
    assert stands_at(office, upload) == 0


def test_pieces_wait_while_their_dataset_is_not_put_together(office: Office) -> None:
    upload = begin(office)
    send(office, upload, 0, GOOD)
    dataset = office.member.post(f"{upload}/complete").json()["id"]
    office.pass_time(A_DAY)
    assert office.step(Task.FORGET_UPLOADS)
    assert len(kept(office)) == 1
    office.drain()
    assert office.look(f"/datasets/{dataset}")["status"] == "ready"
