"""The options of Docker's commands: `options.yaml` reads as the policy, and the tables are what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.handin import docker_flags
from bot.handin.command import read_commands
from bot.handin.docker_verbs import VERBS
from bot.handin.flags import Kind, Table
from bot.handin.plan import Refusal

Rows = dict[str, dict[str, str]]
EXPECTED: dict[str, Rows] = yaml.safe_load(Path(__file__).with_name("options.yaml").read_text("utf-8"))
TABLES = {name: table for name, table in vars(docker_flags).items() if isinstance(table, Table)}


def written(table: Table) -> dict[str, dict[str, set[str]]]:
    rows: dict[str, dict[str, set[str]]] = {}
    for name, flag in table.long.items():
        what = flag.lesson.code if flag.lesson else "quiet" if flag.quiet else "used"
        shown = f"{name}/{flag.short}" if flag.short else name
        rows.setdefault(what, {}).setdefault(flag.kind.name.lower(), set()).add(shown)
    return rows


@pytest.mark.parametrize("name", TABLES)
def test_each_option_is_used_quiet_or_refused_as_written_down(name: str) -> None:
    expected = {
        what: {kind: set(text.split()) for kind, text in kinds.items()} for what, kinds in EXPECTED[name].items()
    }
    assert written(TABLES[name]) == expected


def refused() -> list[tuple[str, str, str]]:
    """Return (command, option, code) for every option that is refused, once for each table."""
    first = {id(verb.table): path for path, verb in reversed(VERBS.items())}
    found = []
    for name, table in TABLES.items():
        path = first.get(id(table))
        for code, kinds in EXPECTED[name].items() if path is not None else ():
            for kind, text in kinds.items() if code not in {"used", "quiet"} else ():
                for option in text.split():
                    long, _, short = option.partition("/")
                    value = "" if kind == Kind.SWITCH.name.lower() else "=1"
                    found.append((str(path), f"--{long}{value}", code))
                    if short:
                        found.append((str(path), f"-{short}{value.replace('=', ' ')}", code))
    return found


@pytest.mark.parametrize(("path", "option", "code"), refused())
def test_an_option_with_a_lesson_is_answered_with_it(path: str, option: str, code: str) -> None:
    (command,) = read_commands(f"docker {path} {option} alpine web")
    assert isinstance(command.plan, Refusal)
    assert command.plan.code == code
