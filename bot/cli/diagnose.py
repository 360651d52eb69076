"""`docent diagnose`: what a text that Docker, npm or the database printed means."""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.running import AsJson
from bot.errors import OperatorError
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.core.diagnosis import Finding


class Channel(StrEnum):
    """Where a text was printed."""

    BUILD = "build"
    RUN = "run"
    CLI = "cli"
    COMPOSE = "compose"


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(diagnose)


def diagnose(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="The text to read; - is standard input.")] = "-",
    section: Annotated[str, typer.Option(metavar="NN", help="Where the learner is, such as 03.")] = "",
    channel: Annotated[Channel | None, typer.Option(help="Where it was printed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Name the known mistakes in a text, best first; exit code 1 when there is none."""
    from bot.authoring.load import load_workshop
    from bot.core.diagnosis import diagnose as find

    workshop = load_workshop(read_settings().workshop)
    number = section.zfill(2) if section else ""
    if number and not re.fullmatch(r"0[1-9]|10", number):
        raise typer.BadParameter(f"{section!r} is no section; they go from 01 to 10")
    findings = find(workshop, _text(file), section=number, channel=channel.value if channel else "")
    if as_json:
        typer.echo(json.dumps([_as_json(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        typer.echo("\n\n".join(map(_shown, findings)) or "I know no mistake that prints this.")
    sys.exit(0 if findings else 1)


def _text(file: str) -> str:
    """Return the text of the file or of standard input. Raises: OperatorError when it cannot be read."""
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise OperatorError(f"I cannot read {file}: {error.strerror}.") from error
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # PowerShell's `>` writes UTF-16
    return content.decode("utf-16" if wide else "utf-8-sig", "replace")


def _shown(finding: Finding) -> str:
    kind = "" if finding.kind == "mistake" else f" ({finding.kind})"
    return f"{finding.code}{kind}\n  > {finding.line}\n  {finding.say}\n  Hint: {finding.hints[0]}"


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "kind": finding.kind.value,
        "sections": finding.mistake.sections,
        "channels": finding.mistake.channels,
        "found": finding.found,
        "line": finding.line,
        "say": finding.say,
        "hints": finding.hints,
    }
