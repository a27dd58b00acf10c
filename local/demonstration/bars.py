"""The progress of jobs: moving bars in a terminal, a line at every quarter where there is none."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

QUARTER = 25.0
LABEL_WIDTH = 8


class Bars:
    """One line for each job, by its label. May be told from several threads."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(28),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}"),
        )
        self._progress = Progress(*columns, console=console) if console.is_terminal else None
        self._tasks: dict[str, TaskID] = {}
        self._quarters: dict[str, int] = {}

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def tell(self, label: str, event: dict[str, Any]) -> None:
        """Show what an event says: a move of the job, or a step of its training."""
        if event["kind"] == "progress":
            self._show(label, _step(event["data"]), event["data"].get("percent") or 0.0)
        elif event["kind"] == "status":
            self._show(label, event["data"]["status"], 100.0 if event["data"]["status"] == "succeeded" else None)

    def _show(self, label: str, told: str, percent: float | None) -> None:
        if self._progress is None:
            self._write(label, told, percent)
            return
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(f"{label:<{LABEL_WIDTH}}", total=100.0, told="")
        self._progress.update(self._tasks[label], completed=percent, told=told)

    def _write(self, label: str, told: str, percent: float | None) -> None:
        quarter = -1 if percent is None else int(percent // QUARTER)
        if percent is None or percent >= 100.0 or quarter > self._quarters.get(label, -1):
            self._quarters[label] = max(quarter, self._quarters.get(label, -1))
            shown = "" if percent is None else f"{percent:.0f} %"
            self._console.print(f"{label:<{LABEL_WIDTH}} {shown:>6}  {told}", markup=False)


def _step(data: dict[str, Any]) -> str:
    loss = "" if data.get("train_loss") is None else f"  loss {data['train_loss']:.3f}"
    left = "" if data.get("seconds_left") is None else f"  {data['seconds_left']:.0f} s left"
    return f"step {data['step']}/{data.get('total_steps') or '?'}{loss}{left}"
