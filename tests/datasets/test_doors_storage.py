"""What an upload may take of the machine: memory and disk, tried on a process of its own."""

import resource
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.support.api import make_admin_key
from tests.support.database import DatabaseServer
from tests.support.laboratory import jsonl
from tests.support.office import HELD_OUT
from tests.support.process import Process, started

MEGABYTE = 1_000_000
CAP = 5 * MEGABYTE
FORM = "multipart/form-data; boundary=b"
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'


@dataclass(frozen=True)
class Running:
    process: Process
    storage: Path
    admin: dict[str, str]


@dataclass(frozen=True)
class Machine:
    """A process that takes files of 5 MB, and a client that acts for a team which has nothing."""

    process: Process
    storage: Path
    team_id: str
    client: httpx2.Client

    def upload(self, content: bytes) -> httpx2.Response:
        return self.client.post("/v1/datasets", data={"name": "triage"}, files={"file": ("x.jsonl", content)})

    def stream(self, chunks: Iterator[bytes]) -> httpx2.Response:
        return self.client.post("/v1/datasets", content=chunks, headers={"Content-Type": FORM})

    def memory(self) -> int:
        """The most that the process has ever had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return 1024 * int(line.split()[1])

    def files(self) -> list[Path]:
        """What is kept of this team, or on its way."""
        folders = (self.storage / self.team_id, self.storage / "incoming")
        return [path for folder in folders for path in folder.rglob("*")]

    def nothing_is_left(self) -> bool:
        return not self.files() and self.client.get("/v1/datasets").json()["data"] == []


@pytest.fixture(scope="module")
def running(postgres: DatabaseServer, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("api")
    with postgres.fresh() as database:
        key = make_admin_key(database)
        with started(database, redis_url, folder, TUNEWRIGHT_DATASET_MAX_BYTES=str(CAP)) as process:
            yield Running(process, folder / "storage", {"Authorization": f"Bearer {key}"})


@pytest.fixture
def machine(running: Running) -> Iterator[Machine]:
    named = httpx2.post(f"{running.process.url}/v1/teams", json={"name": uuid.uuid4().hex}, headers=running.admin)
    team_id = named.json()["id"]
    with httpx2.Client(base_url=running.process.url, headers=running.admin | {"X-Team": team_id}, timeout=60) as client:
        yield Machine(running.process, running.storage, team_id, client)


@contextmanager
def largest_file(pid: int, size_bytes: int) -> Iterator[None]:
    """Another process can write no file larger than that: as good as a full disk, for any user."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def test_a_file_that_is_far_too_large_costs_no_memory_and_leaves_nothing(machine: Machine) -> None:
    assert machine.upload(b"x" * MEGABYTE).status_code == 202
    kept = machine.files()
    before = machine.memory()

    def endless() -> Iterator[bytes]:
        yield FILE
        for _ in range(300):
            yield b"x" * MEGABYTE

    answer = machine.stream(endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert machine.memory() - before < 64 * 2**20
    assert machine.files() == kept


def test_a_form_cannot_be_large_outside_its_file_either(machine: Machine) -> None:
    for filler in (b"preamble", b"\r\n"):
        answer = machine.stream(iter([filler * MEGABYTE]))
        assert answer.status_code in (413, 422)
    answer = machine.stream(iter([FILE + b"x\r\n--b--\r\n", *(b"x" * MEGABYTE for _ in range(10))]))
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert machine.nothing_is_left()


def test_what_says_itself_that_it_is_too_large_is_refused_unread(machine: Machine) -> None:
    with closing(_begin(machine, content_length=10_000 * MEGABYTE)) as peer:
        assert peer.recv(1000).startswith(b"HTTP/1.1 413 ")
    assert machine.nothing_is_left()


def test_an_upload_whose_sender_is_gone_leaves_nothing(machine: Machine) -> None:
    for sent in (b"", FILE, FILE + b"x" * 2 * MEGABYTE):
        with closing(_begin(machine, content_length=4 * MEGABYTE)) as peer:
            peer.sendall(sent)
    deadline = time.monotonic() + 20
    while machine.files() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert machine.nothing_is_left()


def test_a_full_disk_is_said_and_nothing_is_kept(machine: Machine) -> None:
    for size_bytes in (MEGABYTE + 1, MEGABYTE + 10_000, 4 * MEGABYTE):
        with largest_file(machine.process.pid, MEGABYTE):
            answer = machine.upload(b"x" * size_bytes)
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
        assert machine.nothing_is_left()
    assert machine.upload(jsonl(HELD_OUT)).status_code == 202


def _begin(machine: Machine, content_length: int) -> socket.socket:
    """A connection on which the head of an upload has been sent."""
    where = urlsplit(machine.process.url)
    peer = socket.create_connection((where.hostname or "", where.port or 0), timeout=20)
    names = ("authorization", "x-team")
    head = {name: machine.client.headers[name] for name in names} | {"host": where.netloc, "content-type": FORM}
    lines = [f"{name}: {value}\r\n" for name, value in head.items()]
    peer.sendall(f"POST /v1/datasets HTTP/1.1\r\n{''.join(lines)}content-length: {content_length}\r\n\r\n".encode())
    return peer
