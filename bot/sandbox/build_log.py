"""A build as `docker build` shows it today, made from the classic builder's stream. Pure; the caller has the clock.

The classic builder is the one whose limits hold, but learners know BuildKit's words: `[2/4] WORKDIR /app`, `CACHED`,
`did not complete successfully: exit code: 1`. Source: moby `builder/dockerfile`, buildkit `util/progress`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.console import size
from bot.sandbox.screen import cut, shown
from bot.sandbox.stream import HeadTail

WIDTH = 76  #: columns of the finished display
HEAD, TAIL = 4_000, 28_000  #: bytes of a step's output that are kept; what went wrong stands at its end
#: BuildKit counts only what makes a layer
COUNTED = {"FROM", "RUN", "COPY", "ADD", "WORKDIR"}

STEP = re.compile(r"Step (\d+)/(\d+) : ")
RUN_FAILED = re.compile(r"The command '(.*)' returned a non-zero code: (\d+)", re.DOTALL)
NOT_IN_CONTEXT = re.compile(
    r"(?:COPY|ADD) failed: .*?(?:stat|lstat) (?:/var/lib/docker/tmp/[^/\s]+/)?(\S+?):? (?:file does not exist|no such)",
    re.DOTALL,
)
NO_SOURCE = re.compile(r"(?:COPY|ADD) failed: no source files were specified")
NOISE = re.compile(
    r" ---> (?:Running in )?[0-9a-f]{12}|Removing intermediate container [0-9a-f]{12}|Successfully \w+ .*"
)
RUNNING = re.compile(r" ---> Running in ([0-9a-f]{12})")
REMOVING = "Removing intermediate container "
WHY = re.compile(r"(?i)\b(?:err!|error|cannot|can't|not found|no such|denied|failed|fatal|killed|unknown)")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of the Dockerfile as the learner wrote it."""

    keyword: str
    text: str  #: on one line
    line: int = 0  #: where it begins
    stage: str = ""  #: the stage's name where there are several


@dataclass(slots=True)
class _Step:
    at: float
    label: str
    counted: bool
    instruction: Instruction
    cached: bool = False
    took_s: float = 0.0
    output: HeadTail = field(default_factory=lambda: HeadTail(HEAD, TAIL))


class BuildLog:
    """Takes the builder's events and tells the build as it goes, and as a whole when it is over."""

    def __init__(
        self, instructions: Sequence[Instruction], started: float, path: str = "Dockerfile", source: str = ""
    ) -> None:
        self._path, self._source = path, source
        self._labels = _labels(instructions)
        self._instructions = instructions
        self._started = started
        self._steps: list[_Step] = []
        self.image_id = ""
        self.container = ""  #: of the step that runs, '' between two
        self.error = ""
        self.limited = False  #: it was stopped at a limit of ours

    def feed(self, event: dict[str, Any], now: float) -> str:
        """Take one event; returns a line of progress when a step begins, else ''."""
        aux = event.get("aux")
        if isinstance(aux, dict) and "ID" in aux:
            self.image_id = str(aux["ID"])
        if "error" in event:
            self.error = str(event["error"])
        text = event.get("stream")
        if not isinstance(text, str):
            return ""
        if running := RUNNING.match(text):
            self.container = running[1]
        elif text.startswith(REMOVING):
            self.container = ""
        found = STEP.match(text)
        if found and int(found[1]) == len(self._steps) + 1:
            # one more than were written: our labels, which the engine appends as an instruction
            return self._begin(now) if len(self._steps) < len(self._instructions) else self._end(now)
        if self._steps:
            self._note(text)
        return ""

    def _begin(self, now: float) -> str:
        self._end(now)
        instruction = self._instructions[len(self._steps)]
        label = self._labels[len(self._steps)]
        counted = instruction.keyword in COUNTED
        self._steps.append(_Step(now, label, counted, instruction))
        return label if counted else ""

    def _note(self, text: str) -> None:
        step = self._steps[-1]
        if text.strip() == "---> Using cache":
            step.cached = True
        elif text.strip() and not NOISE.fullmatch(text.strip("\n")):
            step.output.add(text.encode("utf-8", "replace"))

    def _end(self, now: float) -> str:
        if self._steps and not self._steps[-1].took_s:
            self._steps[-1].took_s = now - self._steps[-1].at
        return ""

    @property
    def step(self) -> str:
        """Return the instruction at which the build stands or stopped, as written."""
        return self._steps[-1].instruction.text if self._steps else ""

    @property
    def unfinished(self) -> bool:
        """Tell whether the builder has not said how it ended."""
        return not (self.image_id or self.error)

    def output(self) -> str:
        """Return what the last step printed, as a terminal would show it."""
        return shown(self._steps[-1].output.text()) if self._steps else ""

    def reason(self) -> str:
        """Return the one line that says why the build stopped, '' when it did not."""
        if not self.error:
            return ""
        printed = [line.strip() for line in self.output().splitlines() if line.strip()]
        if RUN_FAILED.search(self.error) and printed:
            telling = [line for line in printed if WHY.search(line)]
            return cut((telling or printed[-1:])[0], 300)
        return cut(told(self.error).splitlines()[0], 300)

    def finished(self, now: float, *, dockerfile_bytes: int, context_bytes: int, tags: Sequence[str]) -> str:
        """Return the whole display of a build that is over, the failed step's output and Docker's error included."""
        self._end(now)
        took = now - self._started
        rows = [
            (f"[internal] load build definition from {self._path.rpartition('/')[2]}", 0.0),
            (f"=> transferring dockerfile: {size(dockerfile_bytes)}", 0.0),
            ("[internal] load build context", 0.0),
            (f"=> transferring context: {size(context_bytes)}", 0.0),
        ]
        failed = self._steps[-1] if self.error and self._steps else None
        for step in self._steps:
            if step.counted:
                mark = "ERROR " if step is failed else "CACHED " if step.cached else ""
                rows.append((mark + step.label, 0.0 if step.cached else step.took_s))
        if not self.error:
            rows.append(("exporting to image", 0.0))
            rows.append((f"=> writing image {self.image_id}", 0.0))
            rows += [(f"=> naming to {_full(tag)}", 0.0) for tag in tags]
        count = sum(not label.startswith("=>") for label, _ in rows)
        head = f"[+] Building {took:.1f}s ({count}/{count}) FINISHED"
        lines = [head.ljust(WIDTH - len("docker:default")) + "docker:default"]
        lines += [_row(label, took_s) for label, took_s in rows]
        return "\n".join(lines + self._failure(failed))

    def _failure(self, failed: _Step | None) -> list[str]:
        if not self.error:
            return []
        lines = []
        if failed and failed.counted:
            printed = self.output().splitlines() if RUN_FAILED.search(self.error) else []
            lines = ["------", f" > {failed.label}:"]
            lines += [f"{failed.took_s:.3f} {line}" for line in printed[-20:]] + ["------"]
        if failed and failed.instruction.line:
            lines += excerpt(self._path, self._source or failed.instruction.text, failed.instruction.line)
        return [*lines, f"ERROR: failed to build: failed to solve: {told(self.error)}"]


def excerpt(path: str, source: str, first: int) -> list[str]:
    """Return the lines of the Dockerfile around the instruction that begins at this line.

    Source: buildkit `solver/errdefs/source.go`, which pads until it has two lines before and after.
    """
    lines = source.split("\n")
    if first > len(lines):
        lines = [""] * (first - 1) + lines
    last = first
    while last < len(lines) and lines[last - 1].rstrip().endswith("\\"):
        last += 1
    start, end, padded = first, last, 0
    while padded < (4 if first == last else 2):
        padded += 1 + (start > 1) + (end < len(lines))
        start, end = max(start - 1, 1), min(end + 1, len(lines))
    rows = [
        f" {number:3} | {'>>>' if first <= number <= last else '   '} {lines[number - 1].rstrip()}"
        for number in range(start, end + 1)
    ]
    return [f"{path}:{first}", "-" * 20, *rows, "-" * 20]


def told(error: str) -> str:
    """Return the classic builder's error in the words of today's CLI, host paths removed."""
    ran = RUN_FAILED.search(error)
    if ran:
        return f'process "{ran[1]}" did not complete successfully: exit code: {ran[2]}'
    missing = NOT_IN_CONTEXT.search(error)
    if missing:
        path = "/" + missing[1].lstrip("/")
        return f'failed to compute cache key: failed to calculate checksum of ref context: "{path}": not found'
    if NO_SOURCE.search(error):
        return "failed to compute cache key: no source files were specified: nothing in the context matches"
    return re.sub(r"/var/lib/docker/\S+", "…", error)


def _labels(instructions: Sequence[Instruction]) -> list[str]:
    totals: dict[str, int] = {}
    for each in instructions:
        totals[each.stage] = totals.get(each.stage, 0) + (each.keyword in COUNTED)
    reached: dict[str, int] = {}
    labels = []
    for each in instructions:
        reached[each.stage] = reached.get(each.stage, 0) + (each.keyword in COUNTED)
        name = f"{each.stage} " if each.stage else ""
        labels.append(f"[{name}{reached[each.stage]}/{totals[each.stage]}] {each.text}")
    return labels


def _row(label: str, took_s: float) -> str:
    room = WIDTH - len(" => ") - len(" 000.0s")
    text = label if len(label) <= room else f"{label[: room - 1]}…"
    return f" => {text:<{room}} {took_s:5.1f}s"


def _full(tag: str) -> str:
    first, slash, _ = tag.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return tag
    return f"docker.io/{tag}" if slash else f"docker.io/library/{tag}"
