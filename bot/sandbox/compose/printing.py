"""What Compose prints: its progress as it stands at the end, its columns, its prefixes. Pure.

Source: docker/compose 2.26 `pkg/progress/tty.go`, `cmd/formatter`; compared with the real program by the tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.handin.paths import HOME
from bot.sandbox import console
from bot.sandbox.things import Container

DONE, FAILED, GOING = "✔", "✘", "⠿"
_ENDED = frozenset({"Created", "Started", "Running", "Stopped", "Removed", "Healthy", "Exited", "Recreated", "Built"})
_BAD = frozenset({"Error", "Resource is still in use"})
PROJECTS_WIDTH, GAP = 20, 3


@dataclass(slots=True)
class Progress:
    """The lines of one act, each named after what it is about; the last word on a thing counts."""

    verb: str = "Running"
    lines: dict[str, tuple[str, float]] = field(default_factory=dict)

    def set(self, what: str, status: str, took_s: float = 0.0) -> None:
        """Say how it stands with one thing; its time adds up."""
        before = self.lines.get(what, ("", 0.0))[1]
        self.lines[what] = (status, before + took_s)

    def text(self) -> str:
        """Return the block as it stands on a screen when all is over, '' when nothing was done."""
        if not self.lines:
            return ""
        names = max(map(len, self.lines))
        words = max(len(status) for status, _ in self.lines.values())
        done = sum(status in _ENDED for status, _ in self.lines.values())
        rows = [
            f" {_mark(status)} {what.ljust(names)}  {status.ljust(words)}  {took_s:4.1f}s"
            for what, (status, took_s) in self.lines.items()
        ]
        return "\n".join([f"[+] {self.verb} {done}/{len(self.lines)}", *rows])


def _mark(status: str) -> str:
    return DONE if status in _ENDED else FAILED if status in _BAD else GOING


def warning(text: str) -> str:
    """Return a warning as Compose shows it on a screen."""
    return f"WARN[0000] {text} "


def orphans(names: Sequence[str]) -> str:
    """Return Compose's warning about containers whose service is not in the file."""
    return warning(
        f"Found orphan containers ([{' '.join(names)}]) for this project. If you removed or renamed this service in "
        "your compose file, you can run this command with the --remove-orphans flag to clean it up."
    )


def services(rows: Sequence[Container], now: datetime, *, whole: bool = False) -> str:
    """Return `docker compose ps`."""
    header = ("NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS")
    return console.table(header, (_service(row, now, whole) for row in sorted(rows, key=lambda each: each.name)))


def _service(row: Container, now: datetime, whole: bool) -> tuple[str, ...]:
    command = row.command if whole else console.ellipsis(row.command, 20)
    return (
        row.name,
        row.image,
        console.quoted(command),
        row.service,
        console.ago(row.created_at, now),
        row.status,
        console.ports(row.ports, row.exposed) if row.running else "",
    )


def projects(rows: Iterable[tuple[str, Sequence[Container], str]]) -> str:
    """Return `docker compose ls` for (name, its containers, its file)."""
    cells = [("NAME", "STATUS", "CONFIG FILES")]
    cells += [(name, _states(mine), f"{HOME}/{file}") for name, mine, file in rows]
    widths = [max(PROJECTS_WIDTH, max(len(row[at]) for row in cells) + GAP) for at in range(2)]
    return "\n".join(f"{name.ljust(widths[0])}{state.ljust(widths[1])}{file}" for name, state, file in cells)


def _states(mine: Sequence[Container]) -> str:
    return ", ".join(f"{state}({count})" for state, count in sorted(Counter(each.state for each in mine).items()))


def logs(parts: Sequence[tuple[str, str]], *, prefix: bool) -> str:
    """Return the logs of several containers, (`app-1`, its log) in turn."""
    width = max((len(name) for name, _ in parts), default=0)
    return "\n".join(
        f"{name.ljust(width)}  | {line}" if prefix else line for name, text in parts for line in text.splitlines()
    )
