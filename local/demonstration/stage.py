"""Where the demo plays and who plays in it. Each scene is announced, and what goes wrong in it is told by its name."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from local.demonstration.checking import UnusableFile
from local.processes import PROJECT, ProgramFailed
from local.wire import Client

EXAMPLES = PROJECT / "examples"
GOOD_FILE = EXAMPLES / "support_triage.jsonl"
FAULTY_FILE = EXAMPLES / "support_triage_faulty.jsonl"


class SceneFailed(Exception):
    """A scene did not go as it should."""

    def __init__(self, scene: str, why: str) -> None:
        super().__init__(f"{scene}: {why}")


@dataclass(frozen=True)
class Stage:
    """A fresh service, its first admin, and the file to train on: ours, or the user's own."""

    console: Console
    url: str
    sandbox_url: str
    admin: Client
    check_programs: Callable[[], None]
    """Raises ProgramFailed when one of the service's programs is gone."""
    own_file: Path | None = None
    closed: str | None = None
    """The kind of provider that takes no training today."""

    @property
    def file(self) -> Path:
        return self.own_file or GOOD_FILE

    @property
    def provider(self) -> Client:
        """The stand-in's own door, by which it tells what really reached it."""
        return Client(self.sandbox_url)

    @contextmanager
    def scene(self, number: int, title: str) -> Iterator[None]:
        """Raises SceneFailed for whatever goes wrong within."""
        self.console.print()
        self.console.rule(f"[bold]{number}  {title}", align="left", style="dim")
        try:
            yield
        except UnusableFile:
            raise
        except Exception as error:
            raise SceneFailed(f"Scene {number} ({title})", self._reason(error)) from error

    def _reason(self, error: Exception) -> str:
        """A program that died is the reason of whatever else went wrong."""
        try:
            self.check_programs()
        except ProgramFailed as died:
            return str(died)
        return str(error) or type(error).__name__


@dataclass(frozen=True)
class Team:
    """A team, and somebody with its lead's key."""

    id: str
    name: str
    client: Client


@dataclass(frozen=True)
class Place:
    """A provider as the scenes see it: its connection, and the models that are looked at there, the one to train first."""

    connection_id: str
    provider: str
    name: str
    models: tuple[str, ...]
    hyperparameters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cast:
    """Who was made in the first scene: `poor` has a budget that buys nothing. The scenes play at `open_places`."""

    team: Team
    poor: Team
    places: tuple[Place, ...]
    closed: str | None = None

    @property
    def open_places(self) -> list[Place]:
        return [one for one in self.places if one.provider != self.closed]

    @property
    def leading(self) -> Place:
        """Where the model comes from that is compared, and put into service."""
        return self.open_places[0]

    def at(self, provider: str) -> Place:
        return next(one for one in self.places if one.provider == provider)

    def place(self, connection_id: str) -> Place:
        return next(one for one in self.places if one.connection_id == connection_id)

    def connection_name(self, connection_id: str) -> str:
        return self.place(connection_id).name
